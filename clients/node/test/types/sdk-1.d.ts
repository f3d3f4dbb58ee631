/**
 * As much of version 1 of the official SDK (`@modelcontextprotocol/sdk`, 1.19 to 1.29) as a handler meets, in the same
 * shapes: the check of the declarations does without a registry. `Schema` stands for its schemas of zod.
 */

export interface Schema<Output> {
  readonly _output: Output;
}
export type Shape = Record<string, Schema<unknown>>;

type Meta = { [key: string]: unknown; progressToken?: string | number | undefined };
type Parts = { annotations?: { priority?: number | undefined } | undefined; _meta?: Record<string, unknown> | undefined };

export type ContentBlock =
  | (Parts & { type: 'text'; text: string })
  | (Parts & { type: 'image'; data: string; mimeType: string })
  | (Parts & { type: 'audio'; data: string; mimeType: string })
  | (Parts & { type: 'resource_link'; uri: string; name: string; description?: string | undefined })
  | (Parts & { type: 'resource'; resource: { uri: string; text: string } | { uri: string; blob: string } });

export type CallToolResult = {
  [key: string]: unknown;
  content: ContentBlock[];
  structuredContent?: Record<string, unknown> | undefined;
  isError?: boolean | undefined;
  _meta?: Meta | undefined;
};

export type RequestHandlerExtra = {
  signal: AbortSignal;
  requestId: string | number;
  sessionId?: string;
  _meta?: Meta;
  authInfo?: { token: string; clientId: string; scopes: string[] };
  sendNotification: (notification: { method: string }) => Promise<void>;
};

/** Tools without a schema are called with what belongs to the call alone. */
export type ToolCallback<Args extends Shape | undefined = undefined> = Args extends Shape
  ? (args: { [Name in keyof Args]: Args[Name]['_output'] }, extra: RequestHandlerExtra) => CallToolResult | Promise<CallToolResult>
  : (extra: RequestHandlerExtra) => CallToolResult | Promise<CallToolResult>;

type ToolAnnotations = { title?: string; readOnlyHint?: boolean };

export declare class McpServer {
  registerTool<Output extends Shape, Input extends Shape | undefined = undefined>(
    name: string,
    config: { title?: string; description?: string; inputSchema?: Input; outputSchema?: Output; annotations?: ToolAnnotations },
    callback: ToolCallback<Input>,
  ): void;
  tool(name: string, callback: ToolCallback): void;
  tool(name: string, description: string, callback: ToolCallback): void;
  tool<Args extends Shape>(name: string, schemaOrAnnotations: Args | ToolAnnotations, callback: ToolCallback<Args>): void;
  tool<Args extends Shape>(
    name: string, description: string, schemaOrAnnotations: Args | ToolAnnotations, callback: ToolCallback<Args>,
  ): void;
}
