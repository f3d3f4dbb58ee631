import WarderLinux

extension Harness {
    /// What the kernel says of a process, with a name in it that the process chooses; the first byte says which file.
    static let process = Harness("process") { input in
        var rest = Input(input)
        switch rest.byte() {
        case UInt8(ascii: "s"):
            // Whatever name a process gives itself, the fields behind it are found.
            let name = rest.rest.filter { $0 != UInt8(ascii: "\n") }
            let line = Array("4711 (".utf8) + name + Array(fields.utf8)
            guard let stat = ProcessStat(parsing: line) else { throw Broken(property: "a stat line is read") }
            try hold(stat.parent == 12 && stat.startTime == 8800, "a name moves no field")
            _ = ProcessStat(parsing: Array(rest.rest))
        case UInt8(ascii: "u"): _ = ProcessStat.effectiveUser(inStatus: Array(rest.rest))
        case UInt8(ascii: "c"):
            guard let unit = ControlGroup.unit(in: Array(rest.rest)) else { return }
            try hold(unit.hasSuffix(".service") || unit.hasSuffix(".scope"), "a unit is a service or a scope")
            try hold(!unit.utf8.contains(UInt8(ascii: "/")) && unit.utf8.count <= 256, "a unit is one component")
            // What a user's own manager keeps below is chosen by the user.
            let below = Array("0::/user.slice/user@7.service/".utf8) + Array(unit.utf8) + [10]
            try hold(ControlGroup.unit(in: below) == nil, "nothing below a user's manager counts")
        default: return
        }
    }

    private static let fields = ") S 12 1 1 0 -1 4194304 1 0 0 0 1 1 0 0 20 0 1 0 8800 100 1 18446744073709551615 1 1\n"
}
