"""transformers with its sources beside the modules: it reads them under `models/` to know what it has."""

from PyInstaller.utils.hooks import copy_metadata

module_collection_mode = "pyz+py"
# It asks for these packages' versions when it is imported, and `doctor` tells its own.
ASKED_FOR = "filelock huggingface-hub numpy packaging pyyaml regex safetensors torch tqdm transformers"
datas = [entry for name in ASKED_FOR.split() for entry in copy_metadata(name)]
