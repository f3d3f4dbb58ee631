import WarderModel

/// What an event says of a tool. Nothing stands after the equals sign where there is nothing.
extension Tool {
    /// The class.
    var classTexts: [String] { ["risk=\(risk.rawValue)", "category=\(category.rawValue)"] }

    /// Why the class is what it is.
    var reasonTexts: [String] { decision?.reason.map { ["reason=\($0.text)"] } ?? [] }
    var ownerTexts: [String] { ["owner=\(owner?.text ?? "")"] }
    var wordTexts: [String] { ["description=\(text?.text ?? "")"] }
    var outputTexts: [String] { ["expected_outputs=\(expectedOutputs?.text ?? "")"] }
    var pinTexts: [String] { ["pin=\((pin ?? .always).rawValue)"] }

    /// Each on its own, and an empty one where it needs none; nothing at all where nobody stated any.
    var permissionTexts: [String] {
        guard let permissions else { return [] }
        return permissions.isEmpty ? ["permission="] : permissions.map { "permission=\($0.text)" }
    }

    /// All of it.
    var eventTexts: [String] {
        classTexts + reasonTexts + (owner == nil ? [] : ownerTexts)
            + (text == nil ? [] : wordTexts) + (expectedOutputs == nil ? [] : outputTexts) + permissionTexts
            + (definitionDigest.map { ["definition=\($0)"] + pinTexts } ?? [])
    }

    /// The definitions, before it and after it.
    func digestTexts(before: Tool?) -> [String] {
        var texts: [String] = []
        if let digest = before?.definitionDigest { texts.append("before=\(digest)") }
        if let digest = offer?.digest ?? definitionDigest { texts.append("after=\(digest)") }
        return texts
    }
}
