import WarderModel

/// What an inventory says of a tool, without what changes with its use.
struct InventoryFacts: Equatable {
    private let texts: [PlainText?]
    private let risk: Tool.Risk
    private let category: Tool.Category
    private let digests: [String?]
    private let pin: Tool.Pin?
    private let permissions: [PlainText]?

    init(_ tool: Tool) {
        texts = [tool.text, tool.owner, tool.expectedOutputs, tool.decision?.reason, tool.acceptance?.reason]
        risk = tool.risk
        category = tool.category
        digests = [tool.definitionDigest, tool.offer?.digest]
        pin = tool.pin
        permissions = tool.permissions
    }
}
