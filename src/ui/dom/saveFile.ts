/** Hands a file to the person as a download. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replace(/[\\/:*?"<>|]/g, '_');
  link.click();
  // The download has taken the blob by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
