import ArgumentParser
import WarderModel

/// From when until when: options of everything that reads the log.
struct Period: ParsableArguments {
    @Option(help: ArgumentHelp("Not before this moment: a date, RFC 3339, or 24h.", valueName: "when"))
    var since: String?

    @Option(help: ArgumentHelp("Not after this moment.", valueName: "when"))
    var until: String?

    var isEmpty: Bool { since == nil && until == nil }

    /// The parameters of the request.
    ///
    /// - Throws: `.usage` for what is no moment, and for an end before the beginning.
    func query(now: Timestamp) throws(CommandFailure) -> [(name: String, value: String)] {
        var query: [(name: String, value: String)] = []
        if let since { query.append(("since", try MomentText.resolve(since, .past, option: "--since", now: now))) }
        if let until { query.append(("until", try MomentText.resolve(until, .past, option: "--until", now: now))) }
        let moments = query.compactMap { Timestamp(rfc3339: $0.value) }
        guard moments.count < 2 || moments[0] <= moments[1] else {
            throw .usage("--until comes before --since: no event lies between them")
        }
        return query
    }
}
