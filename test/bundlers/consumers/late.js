// A page's program that a dev server sees growing: "sedge/data" is not imported before "sedge" has run.
import { tensor } from "sedge";

tensor([1]).add(1);
const late = "./main.js"; // a variable, so that nobody looks behind it
import(/* @vite-ignore */ late);
