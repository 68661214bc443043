#!/usr/bin/python3
"""Voxel counts of the segments in public files, by numpy alone: test/oracle/segments.json.

DICOM segmentations: frames unpacked with numpy.unpackbits (pydicom gives the bytes), counted per segment; how many voxels two segments
share, plane by plane. Label maps: values counted. RT structure sets: pixel centres within the contours of a slice, even-odd, by an
edge-by-edge crossing count in double precision on the CT's own grid (places rounded to a millionth of a pixel), and the contours' area by the shoelace formula.

    /usr/bin/python3 test/oracle/segments.py ../shared/data > test/oracle/segments.json
"""
import gzip
import itertools
import json
import os
import sys

# nibabel tries `import dicom`, which would find the script of that name beside this one.
sys.path.pop(0)

import numpy as np
import pydicom

ROOT = sys.argv[1]
SEGS = ['dcmqi/23x38x3/seg/label.seg', 'dcmqi/liver.dcm', 'dcmqi/partial_overlaps.dcm', 'dcmqi/sparse-labelmap-noppv.dcm',
        'dcmqi/sparse-labelmap-ppv5.dcm', 'dcmqi/sr-example/seg.dcm', 'pydicom/liver_1frame.dcm']


def at(path):
    return os.path.join(ROOT, path)


def seg(path):
    ds = pydicom.dcmread(at(path))
    frames = int(ds.get('NumberOfFrames', 1))
    raw = np.frombuffer(ds.PixelData, np.uint8)
    size = ds.Rows * ds.Columns
    if ds.BitsAllocated == 1:
        pixels = np.unpackbits(raw, bitorder='little')[:frames * size].reshape(frames, size)
    else:
        pixels = raw[:frames * size].reshape(frames, size)
    shared = ds.SharedFunctionalGroupsSequence[0] if 'SharedFunctionalGroupsSequence' in ds else None
    per = ds.get('PerFrameFunctionalGroupsSequence', [])
    planes = {}
    segments = {int(s.SegmentNumber): {'name': str(s.SegmentLabel), 'voxels': 0} for s in ds.SegmentSequence}
    for n in range(frames):
        groups = [g for g in ((per[n] if n < len(per) else None), shared) if g is not None]
        where = [g.PlanePositionSequence[0] for g in groups if 'PlanePositionSequence' in g]
        place = tuple(round(float(v), 3) for v in (where[0] if where else ds).ImagePositionPatient)
        if ds.SegmentationType == 'LABELMAP':
            for value in np.unique(pixels[n]):
                if int(value) in segments:
                    segments[int(value)]['voxels'] += int((pixels[n] == value).sum())
            continue
        ids = [g.SegmentIdentificationSequence[0].ReferencedSegmentNumber for g in groups if 'SegmentIdentificationSequence' in g]
        number = int(ids[0]) if ids else 1
        segments[number]['voxels'] += int(pixels[n].sum())
        planes.setdefault(place, {})[number] = pixels[n]
    shared_voxels = {}
    for plane in planes.values():
        for a, b in itertools.combinations(sorted(plane), 2):
            both = int((plane[a] & plane[b]).sum())
            if both:
                shared_voxels[f'{a},{b}'] = shared_voxels.get(f'{a},{b}', 0) + both
    return {'kind': ds.SegmentationType, 'segments': segments, 'shared': shared_voxels}


def nrrd(path):
    data = open(at(path), 'rb').read()
    head, body = data.split(b'\n\n', 1)
    fields = dict(line.split(': ', 1) for line in head.decode().splitlines() if ': ' in line and not line.startswith('#'))
    kind = {'short': '<i2', 'int': '<i4', 'unsigned char': 'u1'}[fields['type']]
    raw = gzip.decompress(body) if fields['encoding'] == 'gzip' else body
    values, counts = np.unique(np.frombuffer(raw, kind), return_counts=True)
    return {int(v): int(c) for v, c in zip(values, counts) if v}


def nifti(path):
    import nibabel
    values, counts = np.unique(np.asarray(nibabel.load(at(path)).dataobj), return_counts=True)
    return {int(v): int(c) for v, c in zip(values, counts) if v}


def grid_of(paths):
    slices = sorted((pydicom.dcmread(at(p), stop_before_pixels=True) for p in paths), key=lambda d: float(d.ImagePositionPatient[2]))
    first = slices[0]
    return {'rows': int(first.Rows), 'columns': int(first.Columns), 'z': [float(d.ImagePositionPatient[2]) for d in slices],
            'origin': [float(v) for v in first.ImagePositionPatient], 'spacing': [float(v) for v in first.PixelSpacing]}


def inside(polygons, rows, columns):
    """Pixel centres with an odd number of crossings to their left; polygons in pixels, (column, row)."""
    mask = np.zeros((rows, columns), bool)
    i = np.arange(columns)[None, :]
    for polygon in polygons:
        for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0)):
            if ay == by:
                continue
            low, high = min(ay, by), max(ay, by)
            # Rows with low <= j < high; those pixels at or right of the crossing flip.
            for j in range(max(0, int(np.ceil(low))), min(rows, int(np.ceil(high)))):
                x = ax + (j - ay) * (bx - ax) / (by - ay)
                mask[j] ^= (i >= x)[0]
    return mask


def rtstruct(path, ct):
    ds = pydicom.dcmread(at(path), force=True)
    grid = grid_of(ct)
    result = {}
    names = {int(r.ROINumber): str(r.ROIName) for r in ds.StructureSetROISequence}
    for roi in ds.ROIContourSequence:
        planes = {}
        for contour in roi.get('ContourSequence', []):
            points = np.array([float(v) for v in contour.ContourData]).reshape(-1, 3)
            pixels = (points[:, :2] - grid['origin'][:2]) / [grid['spacing'][1], grid['spacing'][0]]
            planes.setdefault(round(float(points[0, 2]), 3), []).append(np.round(pixels, 6))
        voxels, area = {}, {}
        for z, polygons in planes.items():
            k = int(np.argmin([abs(z - each) for each in grid['z']]))
            voxels[k] = int(inside(polygons, grid['rows'], grid['columns']).sum())
            area[k] = float(sum(0.5 * np.sum(p[:, 0] * np.roll(p[:, 1], -1) - np.roll(p[:, 0], -1) * p[:, 1]) for p in polygons))
        result[names[int(roi.ReferencedROINumber)]] = {'voxels': voxels, 'area': area}
    return result


def main():
    ct = ['rt-utils/mock_data/ct_1.dcm', 'rt-utils/mock_data/ct_2.dcm']
    print(json.dumps({
        'seg': {p: seg(p) for p in SEGS},
        'nrrd': {p: nrrd(p) for p in ['dcmqi/liver_seg.nrrd', 'dcmqi/liver_spine_gapped_seg.nrrd', 'dcmqi/liver_spine_seg.nrrd', 'dcmqi/partial_overlaps-1.nrrd',
                                      'dcmqi/sparse_labelmap_ppv5_seg.nrrd', 'dcmqi/spine_seg.nrrd', 'dcmqi/23x38x3/nrrd/label.nrrd',
                                      'pyradiomics/brain1_label.nrrd', 'pyradiomics/breast1_label.nrrd', 'seg3d/Skull.nrrd', 'seg3d/Brain.nrrd', 'seg3d/BrainSkull.nrrd']},
        'nifti': {p: nifti(p) for p in ['totalsegmentator/example_seg.nii.gz', 'totalsegmentator/example_seg_fast_force_split.nii.gz',
                                        'totalsegmentator/example_seg_dicom.nii.gz', 'totalsegmentator/example_seg_mr.nii.gz', 'mricron/aal.nii.gz',
                                        'niivue/torsoLabel.nii.gz', 'niivue/inia19-NeuroMaps.nii.gz', 'niivue/labels256.nii.gz', 'niivue/lesion.nii.gz',
                                        'totalsegmentator/example_seg_fast.nii.gz', 'totalsegmentator/example_seg_roi_subset_mr.nii.gz',
                                        'totalsegmentator/spine_report/example_ct_report/totalseg.nii.gz',
                                        'totalsegmentator/spine_report/example_ct_report/totalseg_vertebrae_body.nii.gz',
                                        *(f'totalsegmentator/example_seg_fast/{n}.nii.gz' for n in ['aorta', 'femur_left', 'kidney_left', 'liver', 'spleen'])]},
        'rtstruct': {p: rtstruct(p, ct) for p in ['rt-utils/mock_data/rt.dcm', 'rt-utils/mock_data/invalid_reference_rt.dcm', 'rt-utils/mock_data/non_existent_reference_rt.dcm', 'rt-utils/empty/dummy_rt.dcm']},
    }, indent=1))


main()
