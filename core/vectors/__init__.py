"""The Milvus index over the catalogue, and its spaces."""
