"""What a user would pick instead, run as its documentation says, each in its own environment."""

import os
import subprocess
import sys
from pathlib import Path

import platformdirs

# musicnn needs TensorFlow with the older Keras; Songkin does not, so it is kept apart.
REQUIREMENTS = ("tensorflow-cpu==2.21.0", "tf_keras==2.21.0", "librosa==0.11.0")
WITHOUT_DEPENDENCIES = ("musicnn==0.1.0",)  # its own pins date from 2019

RECIPE = """
import sys, time
import librosa
from musicnn.extractor import extractor
start = time.perf_counter()
extractor(sys.argv[1], model="MSD_musicnn", extract_features=True)
print("seconds", time.perf_counter() - start)
"""


def musicnn_recipe_s(song: Path) -> float:
    """Return the seconds that loading and embedding take, imports not counted."""
    environ = os.environ | {"TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [_python(), "-W", "ignore", "-c", RECIPE, str(song)],
        check=True,
        capture_output=True,
        text=True,
        env=environ,
    )
    return float(done.stdout.split("seconds")[-1])


def _python() -> Path:
    """Return the interpreter of the peer's environment, made when first asked for."""
    folder = Path(platformdirs.user_cache_dir("songkin", appauthor=False)) / "peers"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [str(python), "-m", "pip", "install", "-q"]
        subprocess.run([*install, *REQUIREMENTS], check=True)
        subprocess.run([*install, "--no-deps", *WITHOUT_DEPENDENCIES], check=True)
        (folder / "complete").touch()
    return python
