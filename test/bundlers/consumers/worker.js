// A module worker that trains and posts the result or the error.
import { train } from "./train.js";

train().then(postMessage, (error) => postMessage({ error: error.message }));
