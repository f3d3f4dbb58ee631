package import WarderModel

/// One call of a tool that a server is working on.
package struct ToolCall: Hashable, Sendable {
    /// What stands for work that belongs to no call, such as what a server does when it starts.
    package static let launch = ToolCall(tool: .launch)

    /// The tool; `nil` where the call names none that a vault could know. Nothing is granted to such a call.
    package var tool: ToolName?
    /// The call's arguments as canonical JSON, or `{"sha256":"HEX"}` of those that are more than a vault takes; `nil`
    /// where there are none.
    package var arguments: [UInt8]?
    /// W3C `traceparent` of the call, as the client wrote it.
    package var traceparent: String?

    /// A call.
    package init(
        tool: ToolName?,
        arguments: [UInt8]? = nil,
        traceparent: String? = nil
    ) {
        self.tool = tool
        self.arguments = arguments
        self.traceparent = traceparent
    }
}
