/// The systemd unit that `/proc/PID/cgroup` names.
///
/// The kernel writes that file, so it is the authority; a process may only move itself below a group that was delegated
/// to it. What lies below the first unit therefore says nothing, and neither does anything below `user@UID.service`,
/// which a user names freely.
package enum ControlGroup {
    /// Longest component that is looked at, in bytes.
    static let longestComponent = 256

    /// First `.service` or `.scope` behind the leading slices, as written in the file; `nil` where none is to trust.
    ///
    /// `text` are the bytes of `/proc/PID/cgroup`.
    package static func unit(in text: some Collection<UInt8>) -> String? {
        guard let path = systemdPath(in: Array(text)) else { return nil }
        let components = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).dropFirst()
        guard components.allSatisfy(isOrdinary) else { return nil }
        guard let first = components.first(where: { !$0.hasSuffix(".slice") }) else { return nil }
        guard isUnitName(first), first.hasSuffix(".service") || first.hasSuffix(".scope") else { return nil }
        if first.starts(with: "user@".utf8), first.hasSuffix(".service") { return nil }
        return String(validating: first, as: UTF8.self)
    }

    /// Path in the hierarchy that systemd keeps its units in.
    private static func systemdPath(in text: [UInt8]) -> ArraySlice<UInt8>? {
        var unified: ArraySlice<UInt8>?
        var named: ArraySlice<UInt8>?
        for line in text.split(separator: UInt8(ascii: "\n")) {
            // hierarchy-ID:controllers:path, and only the path may contain further colons.
            let fields = line.split(separator: UInt8(ascii: ":"), maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3, fields[2].first == UInt8(ascii: "/") else { return nil }
            if fields[0].elementsEqual("0".utf8), fields[1].isEmpty {
                if unified != nil { return nil }
                unified = fields[2]
            } else if fields[1].elementsEqual("name=systemd".utf8) {
                if named != nil { return nil }
                named = fields[2]
            }
        }
        // On hybrid hosts the version 2 hierarchy may be there without carrying units: then everybody is in its root.
        if let unified, !unified.elementsEqual("/".utf8) { return unified }
        return named ?? unified
    }

    /// Neither `.`, `..`, a doubled slash nor longer than a unit can be.
    private static func isOrdinary(_ component: ArraySlice<UInt8>) -> Bool {
        !component.isEmpty && component.count <= longestComponent && !component.elementsEqual(".".utf8)
            && !component.elementsEqual("..".utf8)
    }

    /// Only bytes that systemd has in unit names, and something in front of the suffix.
    private static func isUnitName(_ component: ArraySlice<UInt8>) -> Bool {
        component.first != UInt8(ascii: ".")
            && component.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "_"), UInt8(ascii: "."),
                    UInt8(ascii: "-"), UInt8(ascii: "\\"), UInt8(ascii: "@"):
                    true
                default: false
                }
            }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func hasSuffix(_ suffix: String) -> Bool {
        self.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
}
