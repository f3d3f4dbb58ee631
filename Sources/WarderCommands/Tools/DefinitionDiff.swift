import StrictJSON

/// What differs between two definitions, by where it stands in them.
struct DefinitionDiff {
    enum Change {
        case added(String, JSONNode)
        case removed(String, JSONNode)
        case changed(String, from: JSONNode, to: JSONNode)
    }

    let changes: [Change]

    init(from old: JSONNode, to new: JSONNode) {
        var changes: [Change] = []
        Self.compare(old, new, at: "", &changes)
        self.changes = changes
    }

    /// Lines for people, each value on a line of its own and whole: what is cut is what somebody would hide.
    var lines: [(text: String, style: Style)] {
        changes.flatMap { change -> [(String, Style)] in
            switch change {
            case .added(let path, let value): [("+ \(path): \(Self.text(value))", .good)]
            case .removed(let path, let value): [("- \(path): \(Self.text(value))", .bad)]
            case .changed(let path, let from, let to):
                [("- \(path): \(Self.text(from))", .bad), ("+ \(path): \(Self.text(to))", .good)]
            }
        }
    }

    private static func compare(_ old: JSONNode, _ new: JSONNode, at path: String, _ changes: inout [Change]) {
        switch (old.kind, new.kind) {
        case (.object, .object):
            for (key, value) in old.members {
                let name = (try? key.string(allowingNUL: true)) ?? ""
                let place = joined(path, name)
                if let other = new.member(name) {
                    compare(value, other, at: place, &changes)
                } else {
                    changes.append(.removed(place, value))
                }
            }
            for (key, value) in new.members {
                let name = (try? key.string(allowingNUL: true)) ?? ""
                if old.member(name) == nil { changes.append(.added(joined(path, name), value)) }
            }
        case (.array, .array):
            let (before, after) = (Array(old.elements), Array(new.elements))
            for index in 0..<max(before.count, after.count) {
                let place = "\(path)[\(index)]"
                if index >= after.count {
                    changes.append(.removed(place, before[index]))
                } else if index >= before.count {
                    changes.append(.added(place, after[index]))
                } else {
                    compare(before[index], after[index], at: place, &changes)
                }
            }
        default:
            // Both are canonical, so that equal values have equal bytes.
            if old.rawBytes != new.rawBytes { changes.append(.changed(path, from: old, to: new)) }
        }
    }

    private static func joined(_ path: String, _ name: String) -> String {
        let isPlain =
            !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "$")].contains(byte)
            }
        var quoted = name
        if !isPlain {
            var buffer = JSONBuffer()
            buffer.string(name)
            quoted = TerminalText.escaped(String(decoding: buffer.bytes, as: UTF8.self))
        }
        return path.isEmpty ? quoted : "\(path).\(quoted)"
    }

    private static func text(_ node: JSONNode) -> String {
        TerminalText.escaped(String(decoding: IndentedJSON.line(node).dropLast(), as: UTF8.self))
    }
}
