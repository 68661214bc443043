/** What reads and shows the list of formats needs to know of this one. */
export const dicomFormat = {
  id: 'dicom',
  name: 'DICOM',
  /** Files without any extension are common: the bytes decide. */
  extensions: ['.dcm', '.dicom', '.ima'],
  magic: { at: 128, bytes: 'DICM' },
  specification: 'https://dicom.nema.org/medical/dicom/current/output/html/part10.html',
} as const;
