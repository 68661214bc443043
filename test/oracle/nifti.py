"""What nibabel reads from the NIfTI files among the real scans: shape, matrix, range, mean and some voxels, all rescaled.
usage: python3 test/oracle/nifti.py [DATA] > test/oracle/nifti.json      (nibabel 5, numpy)
Damaged files, and those that nibabel cannot read as scalars, are left out."""
import glob, json, os, sys
import nibabel, numpy as np

root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../../../shared/data")
rows = []
for path in sorted(f for p in ("nii", "nii.gz", "hdr") for f in glob.glob(f"{root}/**/*.{p}", recursive=True)):
    if "/damaged/" in path: continue
    try:
        image = nibabel.load(path)
        if not isinstance(image, (nibabel.Nifti1Pair, nibabel.Nifti2Pair)): continue
        if image.get_data_dtype().kind not in "iuf" or image.affine is None or not 3 <= len(image.shape) <= 4: continue
        data = np.asarray(image.dataobj, dtype=np.float64)
    except Exception: continue
    data = data.reshape((list(data.shape) + [1, 1])[:4])
    first = data[..., 0]; finite = first[np.isfinite(first)]
    random = np.random.default_rng(1); at = [tuple(int(random.integers(n)) for n in data.shape) for _ in range(12)]
    header = image.header
    rows.append({
        "file": os.path.relpath(path, root), "shape": list(data.shape),
        # nibabel makes up a matrix where the file has none; what a reader does then is its own to say.
        "affine": image.affine.tolist() if int(header["qform_code"]) or int(header["sform_code"]) else None,
        "min": float(finite.min()), "max": float(finite.max()), "mean": float(finite.mean()),
        "voxels": [[*ijkt, float(data[ijkt])] for ijkt in at],
    })
print("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]")
