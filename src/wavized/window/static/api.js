// Questions and commands to the daemon. Nothing here draws.

export class ApiError extends Error {
  constructor(status, body) {
    super(body.error || `Something went wrong (${status})`);
    this.status = status;
    this.hint = body.hint || "";
    this.problems = body.problems || [];
  }
}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { error: "Wavized does not answer", hint: "Is it still running?" });
  }
  let body = {};
  try {
    body = await answer.json();
  } catch (error) {
    if (error.name === "AbortError") throw error; // given up while the answer was on its way
    if (answer.ok) throw new ApiError(0, { error: "Wavized's answer broke off", hint: "Try again" });
  }
  if (!answer.ok) throw new ApiError(answer.status, body);
  return body;
}

export const api = {
  get: (path, { signal } = {}) => ask(path, { signal }),
  post: (path, body = {}, { signal } = {}) =>
    ask(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal,
    }),
};

export const query = (values) =>
  new URLSearchParams(Object.entries(values).filter(([, value]) => value !== "" && value != null)).toString();
