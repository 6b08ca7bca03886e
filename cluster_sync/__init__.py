"""What travels between a library and the Milvus cluster."""
