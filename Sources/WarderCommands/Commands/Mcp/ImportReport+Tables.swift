/// A report for people: what moves, what stays, and what is to be done.
extension ImportReport {
    func printPlan(_ output: Output) throws(CommandFailure) {
        var files = Table([.init("FILE", canShrink: false), .init("CLIENT", canShrink: false), .init("SECRETS")])
        for file in self.files {
            let count = moved.flatMap(\.from).count { $0.file == file.path }
            files.add([
                .init(file.path), .init(file.client),
                .init(count == 0 ? "none to move" : "\(count) to move", count == 0 ? nil : .caution),
            ])
        }
        try print(files, output)
        var moves = Table([
            .init("SECRET", canShrink: false), .init("SERVER", canShrink: false), .init("LIES IN", wraps: true),
            .init("FOUND", wraps: true),
        ])
        for secret in moved {
            for (number, spot) in secret.from.enumerated() {
                moves.add([
                    .init(number == 0 ? secret.secret : ""),
                    .init(number == 0 ? secret.servers.joined(separator: " ") : ""),
                    .init(spot.text), .init(number == 0 ? secret.why.joined(separator: ", ") : ""),
                ])
            }
            if let version = secret.replaces {
                moves.add([
                    .init(""), .init(""), .init("replaces version \(version), of an earlier import", .caution),
                    .init(""),
                ])
            }
            if let remains = secret.remains {
                moves.add([.init(""), .init(""), .init(remains, .caution), .init("")])
            }
        }
        try print(moves, output)
        var stays = Table([
            .init("STAYS IN", wraps: true), .init("FOUND", wraps: true), .init("WHY", wraps: true),
            .init("WHAT TO DO", wraps: true),
        ])
        for left in left {
            stays.add([.init(left.at.text, .caution), .init(left.found), .init(left.why), .init(left.remedy)])
        }
        try print(stays, output)
    }

    private func print(_ table: Table, _ output: Output) throws(CommandFailure) {
        guard !table.isEmpty else { return }
        let console = output.console
        try output.printLines(table.lines(width: console.outputWidth, hasColour: console.hasColour) + [""])
    }

    /// What the tables have no room for.
    func printRest(_ console: Console) {
        if leftUnlisted > 0 {
            console.message(
                "\(leftUnlisted) more secret\(leftUnlisted == 1 ? "" : "s") outside of servers stay as they are"
            )
        }
        if !passedOver.isEmpty {
            console.message(
                "\(passedOver.count) value\(passedOver.count == 1 ? " is" : "s are") called like a secret and none:"
                    + " references, placeholders, paths",
                hints: ["Which ones: warder mcp import --dry-run --output json"]
            )
        }
    }

    /// What an import cannot mend: whoever read a file has what lay in it.
    func printRotations(_ output: Output) throws(CommandFailure) {
        guard !rotate.isEmpty else { return }
        var table = Table([.init("ROTATE", canShrink: false), .init("BECAUSE", wraps: true)])
        for rotation in rotate {
            table.add([
                .init(rotation.secret ?? rotation.at?.text, .caution), .init(rotation.why.joined(separator: "; ")),
            ])
        }
        try print(table, output)
        output.console.message(
            "moving a secret does not make it unknown: make a new one where it was issued, and end the old one",
            hints: ["Store the new one: warder secret put NAME"]
        )
    }
}
