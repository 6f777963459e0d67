// The forms of an export. A bundle of its own, loaded with the first export: most windows never ask for one.
export { runJson } from './json';
export { checkPng, checkSvg } from './pictureFile';
export { htmlReport } from './report/report';
export { stepsCsv } from './stepsCsv';
export { tensorsCsv } from './tensorsCsv';
export { writeParts } from './writeFile';
