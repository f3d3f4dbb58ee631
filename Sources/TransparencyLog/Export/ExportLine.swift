import StrictJSON

/// One line of an export.
package enum ExportLine: Hashable, Sendable {
    /// An event as it was written, by its number.
    case event(number: UInt64)
    /// An event that the vault no longer has; its leaf is in the log for ever.
    case pruned(number: UInt64, leaf: TreeHash)
    /// An event that the vault cannot read. Its leaf proves its place; where that is lost too, nothing does.
    case damaged(number: UInt64, leaf: TreeHash?)
    /// Events that the export leaves out, as the root of their subtree.
    case omitted(CompletedNode)

    /// Most bytes of a line.
    package static let byteLimit = JSONLimits.default.maxBytes

    /// A line that is none of these.
    struct Unreadable: Error {}

    /// Reads a line, which comes without its line feed.
    ///
    /// - Throws: ``Unreadable``.
    init(_ line: [UInt8]) throws(Unreadable) {
        guard let root = try? JSONDocument(copying: line.span).root, let number = root.number("seq") else {
            throw Unreadable()
        }
        if root.member("damaged") != nil {
            let leaf = root.member("leaf") == nil ? nil : root.hash("leaf")
            self = .damaged(number: number, leaf: leaf)
        } else if root.member("leaf") != nil {
            guard let leaf = root.hash("leaf") else { throw Unreadable() }
            self = .pruned(number: number, leaf: leaf)
        } else if root.member("tree") != nil {
            guard let hash = root.hash("tree"), let last = root.number("until"), last >= number else {
                throw Unreadable()
            }
            let level = (last - number + 1).trailingZeroBitCount
            self = .omitted(CompletedNode(level: level, index: (number - 1) >> UInt64(level), hash: hash))
        } else {
            self = .event(number: number)
            return
        }
        // What is not an event has one spelling.
        guard bytes == line else { throw Unreadable() }
    }

    /// The line without its line feed; empty for an event, whose bytes are its own.
    package var bytes: [UInt8] {
        switch self {
        case .event: []
        case .pruned(let number, let leaf): Array(#"{"leaf":"\#(leaf.hex)","seq":\#(number)}"#.utf8)
        case .damaged(let number, let leaf):
            Array(#"{"damaged":true,\#(leaf.map { #""leaf":"\#($0.hex)","# } ?? "")"seq":\#(number)}"#.utf8)
        case .omitted(let node):
            Array(
                #"{"seq":\#(node.numbers.lowerBound),"tree":"\#(node.hash.hex)","until":\#(node.numbers.upperBound)}"#
                    .utf8
            )
        }
    }
}

extension CompletedNode {
    /// Numbers of the events below the node: the leaf of number n is leaf n − 1.
    package var numbers: ClosedRange<UInt64> {
        let first = (index << UInt64(level)) + 1
        return first...first + (1 << UInt64(level)) - 1
    }
}

extension JSONNode {
    fileprivate func number(_ name: String) -> UInt64? {
        guard let number = try? member(name)?.int(), number >= 1 else { return nil }
        return UInt64(number)
    }

    fileprivate func hash(_ name: String) -> TreeHash? {
        guard let text = try? member(name)?.string() else { return nil }
        return TreeHash(hex: text)
    }
}
