#!/usr/bin/python3
"""Files of VTK's own writers (base64) and what its vtkPolyDataToImageStencil fills: test/oracle/meshes.json.

A sphere of 12 × 10 sides, radius 30 mm at (10, -20, 30), in every format and way of packing that VTK writes; voxels of the grid whose centres
lie within it.

    /usr/bin/python3 test/oracle/meshes.py > test/oracle/meshes.json
"""
import base64
import json
import os
import sys
import tempfile

sys.path.pop(0)
import vtk
from vtk.util.numpy_support import vtk_to_numpy

GRID = {'dims': [90, 90, 70], 'spacing': [1.0, 1.0, 1.25], 'origin': [-33.3, -63.7, -10.1]}
source = vtk.vtkSphereSource()
source.SetRadius(30)
source.SetCenter(10, -20, 30)
source.SetThetaResolution(12)
source.SetPhiResolution(10)
source.GenerateNormalsOff()
source.Update()
sphere = source.GetOutput()
strips = vtk.vtkStripper()
strips.SetInputData(sphere)
strips.Update()
folder = tempfile.mkdtemp()


def written(writer, name, data=sphere, **settings):
    path = os.path.join(folder, name)
    writer.SetFileName(path)
    writer.SetInputData(data)
    for setter, value in settings.items():
        getattr(writer, setter)(*value)
    writer.Write()
    with open(path, 'rb') as file:
        return {name: base64.b64encode(file.read()).decode()}


def stencil(data):
    made = vtk.vtkPolyDataToImageStencil()
    made.SetInputData(data)
    made.SetOutputOrigin(*GRID['origin'])
    made.SetOutputSpacing(*GRID['spacing'])
    made.SetOutputWholeExtent(*[each for n in GRID['dims'] for each in (0, n - 1)])
    made.SetTolerance(0)
    image = vtk.vtkImageStencilToImage()
    image.SetInputConnection(made.GetOutputPort())
    image.SetInsideValue(1)
    image.SetOutsideValue(0)
    image.SetOutputScalarTypeToUnsignedChar()
    image.Update()
    return int(vtk_to_numpy(image.GetOutput().GetPointData().GetScalars()).sum())


files = {
    **written(vtk.vtkSTLWriter(), 'ascii.stl', SetFileTypeToASCII=()),
    **written(vtk.vtkSTLWriter(), 'binary.stl', SetFileTypeToBinary=()),
    **written(vtk.vtkPLYWriter(), 'ascii.ply', SetFileTypeToASCII=()),
    **written(vtk.vtkPLYWriter(), 'little.ply', SetDataByteOrderToLittleEndian=()),
    **written(vtk.vtkPLYWriter(), 'big.ply', SetDataByteOrderToBigEndian=()),
    **written(vtk.vtkPolyDataWriter(), 'ascii.vtk', SetFileTypeToASCII=()),
    **written(vtk.vtkPolyDataWriter(), 'binary.vtk', SetFileTypeToBinary=()),
    **written(vtk.vtkPolyDataWriter(), 'version42.vtk', SetFileTypeToBinary=(), SetFileVersion=(42,)),
    **written(vtk.vtkPolyDataWriter(), 'strips.vtk', strips.GetOutput()),
    **written(vtk.vtkOBJWriter(), 'sphere.obj'),
    **written(vtk.vtkXMLPolyDataWriter(), 'ascii.vtp', SetDataModeToAscii=()),
    **written(vtk.vtkXMLPolyDataWriter(), 'base64.vtp', SetDataModeToBinary=(), SetCompressorTypeToNone=()),
    **written(vtk.vtkXMLPolyDataWriter(), 'base64-zlib.vtp', SetDataModeToBinary=(), SetCompressorTypeToZLib=()),
    **written(vtk.vtkXMLPolyDataWriter(), 'raw.vtp', SetDataModeToAppended=(), SetCompressorTypeToNone=(), SetEncodeAppendedData=(0,)),
    **written(vtk.vtkXMLPolyDataWriter(), 'raw-zlib.vtp', SetDataModeToAppended=(), SetCompressorTypeToZLib=(), SetEncodeAppendedData=(0,), SetBlockSize=(1024,)),
    **written(vtk.vtkXMLPolyDataWriter(), 'appended64.vtp', SetDataModeToAppended=(), SetCompressorTypeToZLib=(), SetEncodeAppendedData=(1,), SetHeaderTypeToUInt64=()),
    **written(vtk.vtkXMLPolyDataWriter(), 'big.vtp', SetDataModeToAppended=(), SetByteOrderToBigEndian=(), SetEncodeAppendedData=(0,)),
}
mass = vtk.vtkMassProperties()
mass.SetInputData(sphere)
mass.Update()
print(json.dumps({'grid': GRID, 'volumeMm3': mass.GetVolume(), 'voxels': stencil(sphere), 'files': files}, indent=1))
