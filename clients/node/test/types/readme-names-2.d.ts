// What the examples of the README leave to their reader, with version 2 of the official SDK.

declare const args: { title: string };
declare const title: string;
declare function createIssue(title: string, token: string): Promise<{ number: number }>;
declare function post(text: string, options: { key: string }): Promise<{ status: number }>;
declare const server: import('./sdk-2.js').McpServer;
declare const inputSchema: import('./sdk-2.js').Schema<{ text: string }>;
