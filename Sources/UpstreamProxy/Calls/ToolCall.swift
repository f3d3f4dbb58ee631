package import WarderModel

/// One call of a tool that a server is working on.
package struct ToolCall: Hashable, Sendable {
    /// What stands for work that belongs to no call, such as what a server does when it starts.
    package static let launch = ToolCall(tool: .launch)

    /// The tool; `nil` where the call names none that a vault could know. Nothing is granted to such a call.
    package var tool: ToolName?
    /// The call's arguments as canonical JSON; `nil` where there are none, or more than ``mostArguments``.
    package var arguments: [UInt8]?
    /// SHA-256 of the canonical arguments, however long they are, in lowercase hex; `nil` where there are none.
    package var argumentsDigest: String?
    /// W3C `traceparent` of the call, as the client wrote it.
    package var traceparent: String?

    /// What the vault takes of a call's arguments, in bytes.
    package static let mostArguments = 16_384

    /// A call.
    package init(
        tool: ToolName?,
        arguments: [UInt8]? = nil,
        argumentsDigest: String? = nil,
        traceparent: String? = nil
    ) {
        self.tool = tool
        self.arguments = arguments
        self.argumentsDigest = argumentsDigest
        self.traceparent = traceparent
    }
}
