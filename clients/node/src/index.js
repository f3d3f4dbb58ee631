/** Resolves credentials of an MCP server at the moment a tool is called. The README beside this has the contract. */

export { WarderClient } from './client.js';
export { Code, CredentialRefused, WarderClientError } from './errors.js';
export { Change } from './following.js';
export { ResolvedSecret, Secret } from './secret.js';
