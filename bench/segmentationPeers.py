"""Threshold, Otsu and connected components by numpy, skimage, scipy and ITK on one raw int16 volume.
usage: segmentationPeers.py RAW NI NJ NK LOWER REPEATS
Prints {"threshold": [{"name", "version", "msMin"}], "otsu": [...], "components": [...]}; freed memory is kept, so that repeats do not map it anew."""
import json, os, sys, time
keep = {"MALLOC_MMAP_THRESHOLD_": "4294967296", "MALLOC_TRIM_THRESHOLD_": "8589934592", "MALLOC_TOP_PAD_": "67108864", "MALLOC_ARENA_MAX": "1"}
if any(os.environ.get(k) != v for k, v in keep.items()): os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **keep})
import numpy as np
raw, ni, nj, nk, lower, repeats = sys.argv[1], *map(int, sys.argv[2:7])
a = np.fromfile(raw, np.int16).reshape(nk, nj, ni)
def fastest(work):
    best = 1e9
    for _ in range(repeats + 1):
        start = time.perf_counter(); result = work(); best = min(best, (time.perf_counter() - start) * 1e3); del result
    return best
out = {"threshold": [], "otsu": [], "components": []}
def add(what, name, version, work): out[what].append({"name": name, "version": version, "msMin": fastest(work)})
add("threshold", "numpy", np.__version__, lambda: (a >= lower).astype(np.uint8))
mask = a >= lower
try:
    import scipy; from scipy import ndimage
    add("components", "scipy label", scipy.__version__, lambda: ndimage.label(mask))
except ImportError: pass
try:
    import skimage; from skimage.filters import threshold_otsu; from skimage.measure import label
    add("otsu", "skimage", skimage.__version__, lambda: threshold_otsu(a))
    add("components", "skimage label", skimage.__version__, lambda: label(mask, connectivity=1))
except ImportError: pass
try:
    import itk
    image = itk.image_view_from_array(a); bits = itk.image_view_from_array(mask.astype(np.uint8))
    add("threshold", "ITK", itk.Version.GetITKVersion(), lambda: itk.binary_threshold_image_filter(image, lower_threshold=lower))
    add("components", "ITK", itk.Version.GetITKVersion(), lambda: itk.connected_component_image_filter(bits))
except ImportError: pass
print(json.dumps(out))
