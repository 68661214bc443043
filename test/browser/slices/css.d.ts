// Styles that a page of the tests brings in.
declare module '*.css';
