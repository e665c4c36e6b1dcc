"""torch without its tests and tools; PyInstaller's stock hook takes every submodule and all else."""

from PyInstaller.utils.hooks import PY_DYLIB_PATTERNS, collect_data_files, collect_dynamic_libs

module_collection_mode = "pyz+py"  # it looks into sources of its own when it is imported
binaries = collect_dynamic_libs("torch", search_patterns=[*PY_DYLIB_PATTERNS, "*.so.*"])
datas = collect_data_files("torch", includes=["bin/torch_shm_manager*"])
bindepend_symlink_suppression = ["**/torch/lib/*.so*"]  # torch finds its libraries where they lie
