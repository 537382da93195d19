// The page's program: trains, and leaves the result or the error in the document.
import { train } from "./train.js";

const show = (result) => {
  document.body.textContent = JSON.stringify(result);
};
train().then(show, (error) => show({ error: error.message }));
