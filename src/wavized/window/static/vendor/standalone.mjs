// One place to import the view library from: components, hooks, and templates without a build step.
import htm from "./htm.js";
import { Fragment, createContext, h, render } from "./preact.js";

export const html = htm.bind(h);
export { Fragment, createContext, h, render };
export * from "./hooks.js";
