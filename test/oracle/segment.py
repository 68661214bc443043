"""Writes segment.json: thresholds of skimage and component counts of scipy on a volume that a formula makes, the same as in
test/compute/methods/oracle.test.ts. Run: python3 test/oracle/segment.py"""
import json, os, skimage, scipy
import numpy as np
from skimage.filters import threshold_otsu, threshold_multiotsu
from scipy import ndimage

NI, NJ, NK = 60, 50, 40
k, j, i = np.mgrid[0:NK, 0:NJ, 0:NI].astype(np.int64)
noise = (i * 7919 + j * 104729 + k * 1299709 + i * j * 31 + j * k * 17 + i * k * 13) % 401 - 200
ball = lambda x, y, z, r: (i - x) ** 2 + (j - y) ** 2 + (k - z) ** 2 <= r * r
volume = -900 + noise
volume = np.where(ball(30, 25, 20, 19), 40 + noise, volume)
volume = np.where(ball(24, 22, 18, 7) | ball(40, 30, 24, 6), 900 + noise, volume).astype(np.int16)

result = {"made by": f"skimage {skimage.__version__}, scipy {scipy.__version__}", "dims": [NI, NJ, NK], "sum": int(volume.astype(np.int64).sum())}
result["otsu"] = int(threshold_otsu(volume))
for classes in (3, 4):
    result[f"multiOtsu{classes}"] = [int(t) for t in threshold_multiotsu(volume, classes)]
for name, rank in (("6", 1), ("18", 2), ("26", 3)):
    labels, count = ndimage.label(volume >= 100, ndimage.generate_binary_structure(3, rank))
    sizes = np.bincount(labels.ravel())[1:]
    result[f"label{name}"] = {"count": int(count), "largest": sorted(sizes.tolist(), reverse=True)[:5]}
seeded, _ = ndimage.label((volume >= 650) & (volume <= 1150))
result["grown"] = int((seeded == seeded[18, 22, 24]).sum())
json.dump(result, open(os.path.join(os.path.dirname(__file__), "segment.json"), "w"), indent=1)
