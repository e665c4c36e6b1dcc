// The user's answers on their way to the daemon, one after the other, so that the page goes on at once. Draws nothing.
import { api } from "./api.js";

let chain = Promise.resolve();
let underWay = 0;

// Leaving the page while answers are on their way would lose them.
addEventListener("beforeunload", (event) => underWay > 0 && event.preventDefault());

function inTurn(send) {
  underWay += 1;
  const result = chain.then(send);
  chain = result.catch(() => {}).finally(() => {
    underWay -= 1;
  });
  return result;
}

export const answer = (job, label) => inTurn(() => api.post(`/api/jobs/${job.id}/correct`, { category: label }));

// A filing is taken back; what was only called no bass is in nobody's way and is simply asked again.
export const takeBack = (job) => inTurn(() => api.post(`/api/jobs/${job.id}/undo`));
