"""What nibabel reads from the scans that it can read (NIfTI, MGH, MINC): shape, matrix, range, mean and 20 voxels, all rescaled.
usage: python3 test/oracle/volumes.py [DATA] > test/oracle/volumes.json      (nibabel 5, numpy, h5py)
Damaged files, and what nibabel cannot read as numbers or colours, are left out. Colours: range and mean are those of
0.299 R + 0.587 G + 0.114 B, rounded; a voxel's value is its three colours."""
import glob, json, os, sys
import nibabel, nibabel.minc1, nibabel.minc2, numpy as np

root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../../../shared/data")
kinds = (nibabel.Nifti1Pair, nibabel.Nifti2Pair, nibabel.MGHImage, nibabel.minc1.Minc1Image)
rows = []
for path in sorted(f for p in ("nii", "nii.gz", "hdr", "mgh", "mgz", "mnc") for f in glob.glob(f"{root}/**/*.{p}", recursive=True)):
    if "/damaged/" in path: continue
    try:
        image = nibabel.load(path)
        if not isinstance(image, kinds) or image.affine is None or not 3 <= len(image.shape) <= 4: continue
        dtype = image.get_data_dtype()
        if dtype.kind not in "iuf" and dtype.names is None: continue
        data = np.asarray(image.dataobj)
    except Exception: continue
    affine = image.affine
    # MINC: the last axis is the fastest.
    if isinstance(image, nibabel.minc1.Minc1Image): data, affine = data.transpose(2, 1, 0), affine[:, [2, 1, 0, 3]]
    data = data.reshape((list(data.shape) + [1, 1])[:4])
    colour = dtype.names is not None
    if colour: bytes = np.stack([data[name].astype(np.int64) for name in "RGB"], -1); data = (bytes @ [299, 587, 114] + 500) // 1000
    data = data.astype(np.float64)
    first = data[..., 0]; finite = first[np.isfinite(first)]
    random = np.random.default_rng(1); at = [tuple(int(random.integers(n)) for n in data.shape) for _ in range(20)]
    header = image.header
    nifti = isinstance(image, (nibabel.Nifti1Pair, nibabel.Nifti2Pair))
    times = nifti and data.shape[3] > 1 and header.get_xyzt_units()[1] in ("sec", "msec", "usec")
    rows.append({
        "file": os.path.relpath(path, root), "shape": list(data.shape),
        "affine": affine.tolist(),
        "stepMs": float(header.get_zooms()[3]) * {"sec": 1000, "msec": 1, "usec": .001}[header.get_xyzt_units()[1]] if times
            else float(header["tr"]) if isinstance(image, nibabel.MGHImage) and data.shape[3] > 1 else None,
        "min": float(finite.min()), "max": float(finite.max()), "mean": float(finite.mean()),
        "voxels": [[*ijkt, bytes[ijkt].tolist() if colour else float(data[ijkt])] for ijkt in at],
    })
print("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]")
