// The style of a report: one column, light or dark as the reader's system is, light on paper.
import { cssVariables, FONT } from '../../shared/charts/palette';

const RULES = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--foreground);font:14px/1.5 ${FONT}}
main,header,footer{max-width:1040px;margin:0 auto;padding:0 24px}
header{padding-top:40px}
h1{font-size:26px;line-height:1.25;margin:0 0 4px;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:16px;margin:0 0 12px}
h3{font-size:13px;font-weight:600;margin:0 0 6px}
.path{color:var(--muted);margin:0 0 20px;overflow-wrap:anywhere}
section{background:var(--paper);border:1px solid var(--grid);border-radius:8px;padding:20px;margin:0 0 16px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(125px,1fr));gap:12px;margin:0 0 16px}
.tile{background:var(--paper);border:1px solid var(--grid);border-radius:8px;padding:12px 16px}
.tile b{display:block;font-size:18px;font-weight:600;font-variant-numeric:tabular-nums}
.tile span{color:var(--muted);font-size:12px}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(220px,1fr));gap:10px 24px;margin:0}
dt{color:var(--muted);font-size:12px}
dd{margin:0;overflow-wrap:anywhere}
code,pre{font-family:ui-monospace,'Cascadia Code',Menlo,Consolas,monospace;font-size:.92em}
code{background:var(--track);border-radius:3px;padding:1px 4px}
pre{background:var(--track);border-radius:4px;padding:8px 12px;margin:8px 0;overflow-x:auto}
.finding{border-left:3px solid var(--muted);padding:2px 0 2px 16px;margin:0 0 20px}
.finding:last-child{margin-bottom:0}
.finding.error{border-color:var(--error)}
.finding.warning{border-color:var(--validation)}
.finding.information{border-color:var(--positive)}
.finding p{margin:6px 0}
.finding ol,.finding ul{margin:6px 0;padding-left:20px}
.badge{display:inline-block;border:1px solid currentColor;border-radius:10px;padding:0 8px;font-size:12px;
 line-height:18px;margin-right:8px;color:var(--muted)}
.error>.badge:first-child,.error>h3 .badge,.badge.error{color:var(--error)}
.small{color:var(--muted);font-size:12px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:20px}
svg{display:block;max-width:100%;height:auto}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}
th{text-align:left;font-weight:600;color:var(--muted);font-size:12px;white-space:nowrap}
td,th{padding:5px 12px 5px 0;border-bottom:1px solid var(--grid);vertical-align:middle}
td.number,th.number{text-align:right}
td.bad{color:var(--error);font-weight:600}
tr:last-child td{border-bottom:0}
.name{overflow-wrap:anywhere;min-width:120px}
footer{color:var(--muted);font-size:12px;padding-top:8px;padding-bottom:40px}
@media print{
 body{background:none;font-size:11px}
 main,header,footer{max-width:none;padding-left:0;padding-right:0}
 header{padding-top:0}
 section,.tile{border-color:#ccc}
 .finding,.tile,figure,tr{break-inside:avoid}
 h2,h3{break-after:avoid}
 svg,td,section{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
figure{margin:0}
.more{margin:20px 0 8px}
figcaption{font-weight:600;margin:0 0 6px}
`;

const LIGHT = `${cssVariables('light')};--ground:#f6f7f9`;
const DARK = `${cssVariables('dark')};--ground:#14161a`;

/** The whole style sheet. On paper the colours are those of light screens. */
export function reportStyle(): string {
  return (
    `:root{color-scheme:light dark;${LIGHT}}` +
    `@media screen and (prefers-color-scheme:dark){:root{${DARK}}}${RULES}`
  );
}
