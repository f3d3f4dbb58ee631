import WarderModel
import Yams

/// Makes a declaration of a file, and lists everything that is wrong with it.
package struct DeclarationReader {
    /// Faults that are told at once; more help nobody.
    static let mostFaults = 100
    /// Names and values that a file may have, with aliases written out.
    private static let mostNodes = 200_000

    package private(set) var declaration = Declaration()
    /// Where each subject stands.
    package private(set) var places: [Declaration.Subject: DeclarationFault.Place] = [:]
    private var faults: [DeclarationFault] = []
    private var nodes = 0

    /// A key of a mapping with what stands behind it.
    struct Entry {
        let name: String
        let key: Node
        let value: Node
    }

    /// - Throws: everything that is wrong.
    package init(_ bytes: [UInt8]) throws(DeclarationFaults) {
        guard let root = try SourceText.compose(bytes), !Self.isNothing(root) else {
            throw DeclarationFaults([
                DeclarationFault(nil, "the file says nothing", "begin with: warder export")
            ])
        }
        read(root)
        guard faults.isEmpty else { throw DeclarationFaults(faults) }
    }

    private mutating func read(_ root: Node) {
        let known = ["warder", "servers", "rotations", "limits", "approvals", "alerts"]
        var hasFormat = false
        for entry in entries(of: root, of: "a file", known: known) {
            switch entry.name {
            case "warder":
                hasFormat = true
                if let text = text(entry), text != "\(Declaration.format)" {
                    fault(
                        entry.value,
                        "this version knows format \(Declaration.format) alone",
                        "write warder: \(Declaration.format)"
                    )
                }
            case "servers": readServers(entry)
            case "rotations": readRotations(entry)
            case "limits": readLimits(entry, of: nil)
            case "approvals": readApprovals(entry, of: nil)
            default: readAlerts(entry)
            }
        }
        if !hasFormat, faults.isEmpty {
            faults.append(DeclarationFault(place(root), "the format is not said", "begin with: warder: 1"))
        }
    }

    var faultCount: Int { faults.count }

    mutating func note(_ subject: Declaration.Subject, at entry: Entry) { places[subject] = place(entry.key) }

    // MARK: Changing the declaration

    mutating func take(_ change: (inout Declaration) -> Void) { change(&declaration) }

    // MARK: Faults

    mutating func fault(_ node: Node, _ problem: String, _ remedy: String) {
        if faults.count < Self.mostFaults { faults.append(DeclarationFault(place(node), problem, remedy)) }
    }

    private func place(_ node: Node) -> DeclarationFault.Place? {
        node.mark.map { DeclarationFault.Place(line: $0.line, column: $0.column) }
    }

    // MARK: Nodes

    /// The keys of a mapping, those that are known there where that is said; nothing of what is no mapping.
    mutating func entries(of node: Node, of what: String, known: [String]?) -> [Entry] {
        if Self.isNothing(node) { return [] }
        guard let mapping = node.mapping else {
            fault(node, "\(what) is written as `name: value`, each on a line of its own", Self.compare)
            return []
        }
        guard isUntagged(mapping.tag, node) else { return [] }
        var entries: [Entry] = []
        var seen: Set<String> = []
        for (key, value) in mapping {
            nodes += 1
            guard nodes <= Self.mostNodes else {
                if nodes == Self.mostNodes + 1 {
                    fault(key, "there is too much in this file", "say less in one file, or use no aliases")
                }
                return []
            }
            guard let scalar = key.scalar else {
                fault(key, "a name is expected here", Self.compare)
                continue
            }
            guard isUntagged(scalar.tag, key, except: Self.tagsOfNames) else { continue }
            let name = scalar.string
            guard seen.insert(name).inserted else {
                fault(key, "\(Quoted.text(name)) stands here more than once", "keep one of them")
                continue
            }
            if let known, !known.contains(name) {
                unknown(name, key, in: what, known)
            } else {
                entries.append(Entry(name: name, key: key, value: value))
            }
        }
        return entries
    }

    private static let compare = "compare the file with what warder export prints"
    /// What people call the thing that must not stand here.
    private static let namesOfValues: Set<String> = [
        "value", "values", "secret", "secrets", "password", "passphrase", "token", "key", "api_key",
    ]

    private mutating func unknown(_ name: String, _ key: Node, in what: String, _ known: [String]) {
        if Self.namesOfValues.contains(name) {
            return fault(
                key,
                "values of secrets have no place in this file",
                "store it: warder secret put NAME; the file names it below the grants of a tool"
            )
        }
        let remedy =
            Suggestion.nearest(to: name, among: known).map { "did you mean \($0)?" }
            ?? "known here: \(known.joined(separator: ", "))"
        fault(key, "there is no key \(Quoted.text(name)) in \(what)", remedy)
    }

    /// The elements of a list.
    mutating func list(_ entry: Entry) -> [Entry]? {
        guard let sequence = entry.value.sequence else {
            fault(entry.value, "\(Quoted.text(entry.name)) takes a list", "write it as [one, two]")
            return nil
        }
        guard isUntagged(sequence.tag, entry.value) else { return nil }
        nodes += sequence.count
        guard nodes <= Self.mostNodes else {
            fault(entry.key, "there is too much in this file", "say less in one file, or use no aliases")
            return nil
        }
        return sequence.map { Entry(name: entry.name, key: $0, value: $0) }
    }

    /// The text of the one value that a key takes.
    mutating func text(_ entry: Entry) -> String? {
        guard let scalar = entry.value.scalar else {
            let found = entry.value.sequence == nil ? "section" : "list"
            fault(entry.value, "\(Quoted.text(entry.name)) takes one value, and here stands a \(found)", Self.compare)
            return nil
        }
        guard !Self.isNothing(entry.value) else {
            fault(entry.key, "\(Quoted.text(entry.name)) has no value", "give it one, or take the line out")
            return nil
        }
        guard isUntagged(scalar.tag, entry.value) else { return nil }
        return scalar.string
    }

    private mutating func isUntagged(_ tag: Tag, _ node: Node, except known: Set<String> = harmlessTags) -> Bool {
        if known.contains(tag.rawValue) { return true }
        fault(node, "a YAML tag means nothing here", "take out what begins with !")
        return false
    }

    /// None, none that says anything, and those that quotes and brackets give.
    private static let harmlessTags: Set<String> = [
        "", "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq",
    ]
    /// The library gives names what it takes them for, while it looks for those that stand twice.
    private static let tagsOfNames = harmlessTags.union(
        ["int", "float", "bool", "null", "timestamp", "merge", "value"].map { "tag:yaml.org,2002:\($0)" }
    )

    /// Whether a name stands there without a value.
    static func isNothing(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}
