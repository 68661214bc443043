"""What pydicom (with GDCM for compressed pixels) reads from public DICOM series and pictures: grid, affine in RAS mm, values at 20
random voxels, and a hash of all voxels where they are whole numbers; of pictures in colour red, green and blue (pydicom's
convert_color_space and apply_color_lut, 8 bits of each) and their luminance. Writes dicom.json beside itself.
usage: /usr/bin/python3 test/oracle/dicom.py DATA        (pydicom 2 or later, python3-gdcm, numpy)"""
import glob
import hashlib
import json
import os
import sys
import warnings

import gdcm
import numpy as np
import pydicom
from pydicom.pixel_data_handlers import apply_color_lut, convert_color_space

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
    ("dcm_qa_enh/Siemens/XA10/6_2.dcm", {}),
    ("dcm_qa_enh/Siemens/XA10/6_3.dcm", {}),
    ("dcm_qa_enh/Siemens/XA10/6_4.dcm", {}),
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
] + [(CT + n, {}) for n in sorted(f[len(root) + 1 + len(CT):] for f in glob.glob(f"{root}/{CT}*"))] + [
    ("cornerstone3d/CT0012.fragmented_no_bot_jpeg_baseline.51.dcm", {}),
    ("cornerstone3d/TestPattern_JPEG-Baseline_YBR422.dcm", {}),
    ("cornerstone3d/TestPattern_JPEG-Baseline_YBRFull.dcm", {}),
    ("cornerstone3d/TestPattern_JPEG-LS-Lossless.dcm", {}),
    ("cornerstone3d/TestPattern_JPEG-LS-NearLossless.dcm", {}),
    ("cornerstone3d/TestPattern_JPEG-Lossless_RGB.dcm", {}),
    ("cornerstone3d/TestPattern_Palette.dcm", {}),
    ("cornerstone3d/no-pixel-spacing.dcm", {}),
    ("dicom2nifti/generic/rgb/001", {}),
    ("dicom2nifti/failing/slicecount/001", {}),
    ("dicom2nifti/ge/anatomical/001_single_slice", {}),
    ("nibabel/decimal_rescale.dcm", {}),
    ("nibabel/slicethickness_empty_string.dcm", {}),
    ("pydicom/CT_small.dcm", {}),
    ("pydicom/ExplVR_BigEnd.dcm", {}),
    ("pydicom/JPEG-lossy.dcm", {}),
    ("pydicom/JPEG2000.dcm", {}),
    ("pydicom/MR_small.dcm", {}),
    ("pydicom/MR_small_jp2klossless.dcm", {}),
    ("pydicom/MR_small_jpeg_ls_lossless.dcm", {}),
    ("pydicom/MR_small_padded.dcm", {}),
    ("pydicom/SC_rgb_jpeg_app14_dcmd.dcm", {}),
    ("pydicom/SC_rgb_rle_16bit_2frame.dcm", {}),
    ("pydicom/SC_rgb_small_odd.dcm", {}),
    ("pydicom/SC_ybr_full_422_uncompressed.dcm", {}),
    ("pydicom/charset_files/chrH31.dcm", {}),
    ("pydicom/charset_files/chrX2.dcm", {}),
    ("pydicom/dicomdirtests/98892001/CT5N", {}),
    ("pydicom/examples_rgb_color.dcm", {}),
    ("pydicom/examples_ybr_color.dcm", {}),
    ("pydicom/rtdose.dcm", {}),
    ("rt-utils/mock_data", {"files": ["ct_1.dcm", "ct_2.dcm"]}),
    ("rt-utils/one_slice_data", {}),
    ("damaged/ok.dcm", {}),
    ("damaged/dcm_pixel_spacing_missing.dcm", {}),
    ("damaged/dcm_position_missing.dcm", {}),
    ("damaged/dcm_orientation_missing.dcm", {}),
]
LPS = np.diag([-1.0, -1, 1, 1])


def colours_of(d, px):
    """red, green, blue of 8 bits, or None"""
    space = d.PhotometricInterpretation
    if space == "PALETTE COLOR":
        px = apply_color_lut(px, d)
    elif d.get("SamplesPerPixel", 1) == 1:
        return None
    elif space.startswith("YBR_FULL"):
        px = convert_color_space(px, space, "RGB")
    return (px >> 8 if px.dtype == np.uint16 else px).astype(np.uint8)


def pixels_of(path, d):
    try:
        return d.pixel_array
    except NotImplementedError:  # .53 and .55: pydicom does not ask GDCM for these, GDCM has them
        reader = gdcm.ImageReader()
        reader.SetFileName(path)
        assert reader.Read()
        raw = reader.GetImage().GetBuffer().encode("utf-8", "surrogateescape")
        return np.frombuffer(raw, "<u2" if d.BitsAllocated == 16 else "u1").reshape(d.Rows, d.Columns)


def spacing_of(d):
    if d.get("PixelSpacing"):
        return d.PixelSpacing
    for r in d.get("SequenceOfUltrasoundRegions", []):
        if r.RegionSpatialFormat == 1 and r.PhysicalUnitsXDirection == 3 and r.PhysicalUnitsYDirection == 3:
            return [10 * r.PhysicalDeltaY, 10 * r.PhysicalDeltaX]
    return [1, 1]


def frames_of(path, d):
    px = pixels_of(path, d)
    rgb = colours_of(d, px)
    if rgb is not None:
        px = (rgb.astype(np.int64) @ [299, 587, 114] + 500) // 1000
    if px.ndim == 2:
        px = px[None]
        rgb = None if rgb is None else rgb[None]
    for n in range(len(px)):
        c = None if rgb is None else rgb[n]
        if "PerFrameFunctionalGroupsSequence" in d:
            own, shared = d.PerFrameFunctionalGroupsSequence[n], (d.get("SharedFunctionalGroupsSequence") or [pydicom.Dataset()])[0]
            get = lambda name: (own.get(name) or shared.get(name) or [None])[0]
            rescale = get("PixelValueTransformationSequence") or d
            types = get("MRImageFrameTypeSequence") or get("CTImageFrameTypeSequence")
            yield dict(p=get("PlanePositionSequence").ImagePositionPatient, o=get("PlaneOrientationSequence").ImageOrientationPatient,
                       s=get("PixelMeasuresSequence").PixelSpacing, r=rescale, px=px[n], rgb=c, type=list(types.FrameType) if types else [], th=get("PixelMeasuresSequence").get("SliceThickness"))
        else:
            p = list(d.get("ImagePositionPatient") or [0, 0, 0])
            if "GridFrameOffsetVector" in d:
                p[2] = float(p[2]) + float(d.GridFrameOffsetVector[n])  # axial grids alone
            r = pydicom.Dataset() if c is not None else d
            if "DoseGridScaling" in d:
                r.RescaleSlope = str(d.DoseGridScaling)
            yield dict(p=p, o=d.get("ImageOrientationPatient") or [1, 0, 0, 0, 1, 0], s=spacing_of(d), r=r, px=px[n], rgb=c, type=[], th=d.get("SliceThickness") or d.get("SpacingBetweenSlices"))


def read(path, type=None, files=None):
    files = [f"{path}/{f}" for f in files] if files else [path] if os.path.isfile(path) else [f for f in sorted(glob.glob(path + "/**/*", recursive=True)) if os.path.isfile(f)]
    frames = []
    for f in files:
        try:
            d = pydicom.dcmread(f)
        except pydicom.errors.InvalidDicomError:
            continue
        frames += [f for f in frames_of(f, d) if type is None or type in f["type"]]
    x, y = np.array(frames[0]["o"][:3], float), np.array(frames[0]["o"][3:], float)
    normal = np.cross(x, y)
    normal /= np.linalg.norm(normal)
    frames.sort(key=lambda f: np.array(f["p"], float) @ normal)
    places = np.array([np.array(f["p"], float) @ normal for f in frames])
    times = len(frames) if len(frames) > 1 and np.ptp(places) == 0 else 1  # a film: all frames at one place
    a, b = np.array(frames[0]["p"], float), np.array(frames[-1]["p"], float)
    m = np.eye(4)
    m[:3, 0], m[:3, 1], m[:3, 3] = x * float(frames[0]["s"][1]), y * float(frames[0]["s"][0]), a
    m[:3, 2] = (b - a) / (len(frames) - 1) if len(frames) > 1 and times == 1 else normal * float(frames[0]["th"] or 1)
    num = lambda r, n, d: float(r.get(n, d) if r.get(n, d) not in (None, "") else d)
    values = np.stack([f["px"].astype(float) * num(f["r"], "RescaleSlope", 1) + num(f["r"], "RescaleIntercept", 0) for f in frames])
    colours = None if frames[0]["rgb"] is None else np.stack([f["rgb"] for f in frames])
    return values, colours, times, LPS @ m


out = []
random = np.random.default_rng(1)
for path, pick in CASES:
    v, c, nt, m = read(f"{root}/{path}", **pick)
    nk, nj, ni = v.shape
    ijk = [[int(random.integers(n)) for n in (ni, nj, nk)] for _ in range(18)] + [[0, 0, 0], [ni - 1, nj - 1, nk - 1]]
    whole = bool((v == np.rint(v)).all())
    points = [dict(ijk=p, value=float(v[p[2], p[1], p[0]])) for p in ijk]
    case = dict(path=path, **pick, dims=[ni, nj, nk // nt], rasFromIjk=m.tolist(), points=points,
                sha256=hashlib.sha256(v.astype("<i4").tobytes()).hexdigest() if whole else None)
    if nt > 1:
        case.update(timepoints=nt)
        for p in points:
            p.update(ijk=[*p["ijk"][:2], 0], t=p["ijk"][2])
    if c is not None:
        case.update(rgbSha256=hashlib.sha256(c.tobytes()).hexdigest())
        for p, (i, j, k) in zip(points, ijk):
            p.update(rgb=c[k, j, i].tolist())
    out.append(case)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "dicom.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c) for c in out) + "\n]\n")
print(len(out), "series")
