"""What pydicom (with GDCM for compressed pixels) reads from public DICOM series: grid, affine in RAS mm, values at 20 random
voxels, and a hash of all voxels where they are whole numbers. Writes dicom.json beside itself.
usage: /usr/bin/python3 test/oracle/dicom.py DATA        (pydicom 2 or later, python3-gdcm, numpy)"""
import glob
import hashlib
import json
import os
import sys
import warnings

import numpy as np
import pydicom

warnings.simplefilter("ignore")
root = sys.argv[1]
CT = "cornerstone3d/CTImage.dcm_"
# path, and where a path holds several volumes the part of the frame type that picks one, or the files of one timepoint
CASES = [
    ("dash-vtk/ct_lung", {}),
    ("dash-vtk/mri_brain", {}),
    ("dcm_qa_decubitus/HFDR/2_t1_fl2d_sag", {}),
    ("dcm_qa_enh/Philips/IM_0027_fMAP.dcm", {"type": "M"}),
    ("dcm_qa_enh/Philips/IM_0027_fMAP.dcm", {"type": "FIELD_MAP"}),
    ("dcm_qa_enh/Siemens/XA10/6_1.dcm", {}),
    ("dcm_qa_ct/GE", {"files": [f"{n:02d}.dcm" for n in range(5, 15)]}),
    ("dcmqi/ct-3slice", {}),
    ("dcmqi/23x38x3/image", {}),
    ("dcmqi/23x38x3/multiframe/mf.dcm", {}),
    ("dcmqi/paramaps/pm-example-slice.dcm", {}),
    ("dicom2nifti/generic/anatomical/002_non_isotropic", {}),
    ("dicom2nifti/generic/compressed_rle/001", {}),
    ("dicom2nifti/generic/compressed_jpegls/001", {}),
    ("dicom2nifti/generic/compressed_j2k/001", {}),
    ("dicom2nifti/hitachi/anatomical/001", {}),
    ("dicom2nifti/hyperfine/anatomical/001", {}),
    ("dicom2nifti/siemens_multiframe/anatomical/001", {}),
    ("dicom2nifti/philips_enhanced/anatomical/001", {}),
    ("seg3d/example_dicom", {}),
    ("totalsegmentator/example_ct_dicom", {}),
    ("rt-utils/oriented_data", {}),
    ("pydicom/J2K_pixelrep_mismatch.dcm", {}),
    ("pydicom/MR_small_bigendian.dcm", {}),
    ("pydicom/MR_small_implicit.dcm", {}),
    ("pydicom/MR_small_RLE.dcm", {}),
    ("pydicom/examples_overlay.dcm", {}),
    ("pydicom/image_dfl.dcm", {}),
] + [(CT + n, {}) for n in sorted(f[len(root) + 1 + len(CT):] for f in glob.glob(f"{root}/{CT}*")) if ".4.5" not in n or "4.57" in n or "4.50" in n]
LPS = np.diag([-1.0, -1, 1, 1])


def frames_of(d):
    px = d.pixel_array
    px = px if px.ndim == 3 else px[None]
    for n in range(len(px)):
        if "PerFrameFunctionalGroupsSequence" in d:
            own, shared = d.PerFrameFunctionalGroupsSequence[n], (d.get("SharedFunctionalGroupsSequence") or [pydicom.Dataset()])[0]
            get = lambda name: (own.get(name) or shared.get(name) or [None])[0]
            rescale = get("PixelValueTransformationSequence") or d
            types = get("MRImageFrameTypeSequence") or get("CTImageFrameTypeSequence")
            yield dict(p=get("PlanePositionSequence").ImagePositionPatient, o=get("PlaneOrientationSequence").ImageOrientationPatient,
                       s=get("PixelMeasuresSequence").PixelSpacing, r=rescale, px=px[n], type=list(types.FrameType) if types else [], th=get("PixelMeasuresSequence").get("SliceThickness"))
        else:
            yield dict(p=d.get("ImagePositionPatient") or [0, 0, 0], o=d.get("ImageOrientationPatient") or [1, 0, 0, 0, 1, 0], s=d.get("PixelSpacing") or [1, 1], r=d, px=px[n], type=[], th=d.get("SliceThickness"))


def read(path, type=None, files=None):
    files = [f"{path}/{f}" for f in files] if files else [path] if os.path.isfile(path) else [f for f in sorted(glob.glob(path + "/**/*", recursive=True)) if os.path.isfile(f)]
    frames = []
    for f in files:
        try:
            d = pydicom.dcmread(f)
        except pydicom.errors.InvalidDicomError:
            continue
        frames += [f for f in frames_of(d) if type is None or type in f["type"]]
    x, y = np.array(frames[0]["o"][:3], float), np.array(frames[0]["o"][3:], float)
    normal = np.cross(x, y)
    normal /= np.linalg.norm(normal)
    frames.sort(key=lambda f: np.array(f["p"], float) @ normal)
    a, b = np.array(frames[0]["p"], float), np.array(frames[-1]["p"], float)
    m = np.eye(4)
    m[:3, 0], m[:3, 1], m[:3, 3] = x * float(frames[0]["s"][1]), y * float(frames[0]["s"][0]), a
    m[:3, 2] = (b - a) / (len(frames) - 1) if len(frames) > 1 else normal * float(frames[0]["th"] or 1)
    num = lambda r, n, d: float(r.get(n, d) if r.get(n, d) not in (None, "") else d)
    values = np.stack([f["px"].astype(float) * num(f["r"], "RescaleSlope", 1) + num(f["r"], "RescaleIntercept", 0) for f in frames])
    return values, LPS @ m


out = []
random = np.random.default_rng(1)
for path, pick in CASES:
    v, m = read(f"{root}/{path}", **pick)
    nk, nj, ni = v.shape
    ijk = [[int(random.integers(n)) for n in (ni, nj, nk)] for _ in range(18)] + [[0, 0, 0], [ni - 1, nj - 1, nk - 1]]
    whole = bool((v == np.rint(v)).all())
    out.append(dict(path=path, **pick, dims=[ni, nj, nk], rasFromIjk=m.tolist(), points=[dict(ijk=p, value=float(v[p[2], p[1], p[0]])) for p in ijk],
                    sha256=hashlib.sha256(v.astype("<i4").tobytes()).hexdigest() if whole else None))
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "dicom.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c) for c in out) + "\n]\n")
print(len(out), "series")
