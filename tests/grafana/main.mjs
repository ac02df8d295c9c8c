// Reads questions as JSON, and writes what Grafana's code answers to each: node main.cjs < in > out
import { readFileSync } from 'node:fs';
import { panel } from './panel.mjs';
import { display, named, palette, reduced } from './values.mjs';

const ANSWERS = { panel, display, named, palette, reduced };
const questions = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(questions.map(({ kind, ...question }) => ANSWERS[kind](question))));
