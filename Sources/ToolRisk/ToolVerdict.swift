package import WarderModel

/// What the rules propose for a tool, and why. A person may decide otherwise.
package struct ToolVerdict: Hashable, Sendable {
    package let risk: Tool.Risk
    package let category: Tool.Category
    /// At least one, the one that weighs most first.
    package let reasons: [RiskReason]
}
