// What the examples of the README leave to their reader, with version 1 of the official SDK.

declare const args: { title: string };
declare const title: string;
declare function createIssue(title: string, token: string): Promise<{ number: number }>;
declare function post(text: string, options: { key: string }): Promise<{ status: number }>;
declare const server: import('./sdk-1.js').McpServer;
declare const inputSchema: { text: import('./sdk-1.js').Schema<string> };
