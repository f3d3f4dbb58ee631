import StrictJSON

/// Members that some readers take for others: Go's ignores case, and the last one wins there. It also ignores case beyond
/// ASCII (`ſ`, `K`), where no known member is.
enum Lookalikes {
    /// Whether an object has a member that is almost one of `known`.
    static func stand(in object: JSONNode, besides known: [String]) -> Bool {
        for (key, _) in object.members {
            guard key.kind == .string, key.byteCount <= 98, let name = try? key.string() else {
                // Too long for any known one, however it is escaped; or with a NUL.
                if key.byteCount > 98 { continue }
                return true
            }
            guard name.utf8.allSatisfy({ $0 < 0x80 }) else { return true }
            if !known.contains(name), known.contains(name.lowercased()) { return true }
        }
        return false
    }
}
