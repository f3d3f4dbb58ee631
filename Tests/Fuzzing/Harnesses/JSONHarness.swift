import Foundation
import SecretMemory
import StrictJSON

@testable import WarderCommands

extension Harness {
    /// The strict scanner, what is read from its tape, and the canonical form.
    static let json = Harness("json") { input in
        let limits = JSONLimits(maxBytes: .max)
        guard let document = try? JSONDocument(copying: input.span, limits: limits) else { return }
        try walk(document.root)
        let printed = try JSONDocument(parsing: IndentedJSON.bytes(document.root), limits: limits)
        guard let canonical = try? CanonicalJSON.bytes(of: document.root) else { return }
        let again = try JSONDocument(copying: canonical.span, limits: limits)
        try hold(try CanonicalJSON.bytes(of: again.root) == canonical, "the canonical form is its own canonical form")
        try hold(try CanonicalJSON.bytes(of: printed.root) == canonical, "printing changes no value")
        if hasPlainKeys(document.root) { try compare(input, canonical) }
        document.wipe()
        try hold(document.root.rawBytes.allSatisfy { $0 == 0 }, "wiping reaches every byte")
    }

    /// Another reader takes what the strict one takes, and reads the same in it and in the canonical form.
    ///
    /// Not where a key is more than ASCII: Foundation keeps one of two that Unicode counts as one text.
    private static func compare(_ input: [UInt8], _ canonical: [UInt8]) throws {
        // Foundation drops a byte order mark where a text begins, and behind an escape. The canonical form has each
        // as its bytes, also one that was spelled as an escape.
        guard canonical.firstRange(of: [0xEF, 0xBB, 0xBF]) == nil else { return }
        let read = { (bytes: [UInt8]) in
            try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        }
        // It refuses integers of more than a few hundred digits, in either form.
        guard let first = read(input), let second = read(canonical) else { return }
        try hold(isSame(first, second), "the canonical form means the same to another reader")
    }

    private static func isSame(_ left: Any, _ right: Any) -> Bool {
        switch (left, right) {
        case (let left as [String: Any], let right as [String: Any]):
            left.count == right.count
                && left.allSatisfy { key, value in right[key].map { isSame(value, $0) } ?? false }
        case (let left as [Any], let right as [Any]):
            left.count == right.count && zip(left, right).allSatisfy(isSame)
        // It does not round long fractions to the nearest double; `walk` looks at that.
        case (let left as NSNumber, let right as NSNumber):
            abs(left.doubleValue - right.doubleValue) <= abs(left.doubleValue) * 1e-14
        case (let left as String, let right as String): left.utf8.elementsEqual(right.utf8)
        default: left is NSNull && right is NSNull
        }
    }

    private static func hasPlainKeys(_ node: JSONNode) -> Bool {
        node.members.allSatisfy { key, value in
            key.rawBytes.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "\\") } && hasPlainKeys(value)
        } && node.elements.allSatisfy(hasPlainKeys)
    }

    private static func walk(_ node: JSONNode) throws {
        switch node.kind {
        case .string:
            let text = try node.string(allowingNUL: true)
            try hold(node.isText(text), "a text is itself")
            let secret = unsafe try node.secret().withUnsafeBytes { unsafe Array($0) }
            try hold(secret == Array(text.utf8), "a secret has the bytes of the text")
        case .number:
            if let number = try? node.int() {
                try hold(Array(String(number).utf8) == node.rawBytes, "an integer has one spelling")
            }
            if let number = try? node.double() {
                let nearest = unsafe strtod(String(decoding: node.rawBytes, as: UTF8.self), nil)
                try hold(number == nearest, "a number is read as the nearest double")
                let printed = try JSONDocument(parsing: CanonicalJSON.bytes(of: node)).root.double()
                try hold(printed == number, "the canonical form of a number is the same number")
            }
        case .object:
            for (key, value) in node.members {
                let name = try key.string(allowingNUL: true)
                try hold(node.member(name)?.offset == value.offset, "a member is found by its key")
                try walk(key)
                try walk(value)
            }
        case .array: for element in node.elements { try walk(element) }
        case .bool: _ = try node.bool()
        case .null: break
        }
    }
}
