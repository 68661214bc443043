"""Writes truth.json: what nibabel and VTK say of real scans, for `npm run truth`.   usage: python3 test/oracle/truth.py DATA

For each scan: nibabel's axis codes and the RAS place of the far corner's voxel centre; for each label its voxels, volume, centroid.
For each surface: vertices of vtkFlyingEdges3D brought to RAS mm (200 of them, evenly drawn), and how many there are."""
import json, os, sys
import nibabel, numpy as np
from vtkmodules.vtkCommonCore import vtkVersion
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkCommonTransforms import vtkTransform
from vtkmodules.vtkFiltersCore import vtkFlyingEdges3D
from vtkmodules.vtkFiltersGeneral import vtkTransformPolyDataFilter
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy

root = sys.argv[1]
scans = ["mricron/ch2.nii.gz", "mricron/aal.nii.gz", "nibabel/anatomical.nii", "nibabel/functional.nii", "nibabel/example4d.nii.gz",
         "nibabel/reoriented_anat_moved.nii", "nibabel/standard.nii.gz", "nibabel/example_nifti2.nii.gz",
         "totalsegmentator/example_ct.nii.gz", "totalsegmentator/example_mr_sm.nii.gz", "dcm_qa_enh/Ref/Siemens_REST1_w_SMS_PF7-8_6.nii"]
labels = [("totalsegmentator/example_seg_fast_force_split.nii.gz", 5), ("totalsegmentator/example_seg_fast_force_split.nii.gz", 52),
          ("mricron/aal.nii.gz", 37), ("mricron/aal.nii.gz", 1)]
surfaces = [("mricron/ch2.nii.gz", 90), ("totalsegmentator/example_ct.nii.gz", 150), ("totalsegmentator/example_mr_sm.nii.gz", 100), ("nibabel/anatomical.nii", 5000)]

def load(path):
    im = nibabel.load(f"{root}/{path}"); a = np.asanyarray(im.dataobj); return np.asarray(a if a.ndim == 3 else a[..., 0], float), im.affine
def surface(a, m, iso):
    g = vtkImageData(); g.SetDimensions(*a.shape); g.GetPointData().SetScalars(numpy_to_vtk(a.ravel(order="F"), deep=True))
    f = vtkFlyingEdges3D(); f.SetInputData(g); f.SetValue(0, iso); f.ComputeNormalsOff()
    x = vtkMatrix4x4(); [x.SetElement(r, c, float(m[r, c])) for r in range(4) for c in range(4)]
    t = vtkTransform(); t.SetMatrix(x); p = vtkTransformPolyDataFilter(); p.SetTransform(t); p.SetInputConnection(f.GetOutputPort()); p.Update(); return p
r = lambda v, n=4: [round(float(q), n) for q in v]
out = {"source": {"axes": f"nibabel {nibabel.__version__}", "surface": f"VTK {vtkVersion.GetVTKVersion()}"}, "scans": [], "labels": [], "surfaces": []}
for path in scans:
    if not os.path.exists(f"{root}/{path}"): print("absent:", path); continue
    im = nibabel.load(f"{root}/{path}"); n = list(im.shape[:3])
    out["scans"].append({"path": path, "axes": "".join(nibabel.aff2axcodes(im.affine)), "corner": [d - 1 for d in n], "ras": r(im.affine @ [*[d - 1 for d in n], 1])[:3]})
for path, value in labels:
    if not os.path.exists(f"{root}/{path}"): print("absent:", path); continue
    a, m = load(path); b = a == value; i = np.argwhere(b).mean(0)
    out["labels"].append({"path": path, "value": value, "voxels": int(b.sum()), "volumeMm3": round(float(b.sum() * abs(np.linalg.det(m[:3, :3]))), 3), "centroid": r((m @ [*i, 1])[:3])})
for path, iso in surfaces:
    if not os.path.exists(f"{root}/{path}"): print("absent:", path); continue
    a, m = load(path); o = surface(a, m, iso).GetOutput(); v = vtk_to_numpy(o.GetPoints().GetData()); pick = np.linspace(0, len(v) - 1, 200).astype(int)
    out["surfaces"].append({"path": path, "iso": iso, "vertices": len(v), "triangles": o.GetNumberOfPolys(), "sample": [r(x) for x in v[pick]]})
    print(path, iso, len(v))
json.dump(out, open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "truth.json"), "w"), separators=(",", ":"))
