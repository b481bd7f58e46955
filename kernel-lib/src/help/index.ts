/** The troubleshooting page: what each error means and what to do. */
export * from "./helpPages.js";
