import HashTreeCollections
import NIOHTTP1
import StrictJSON
import WarderCore
import WarderModel
import WarderWire

/// Reading the log: pages for people and tails, a stream for exports.
extension RouteTable {
    static let audit: [Route] = [
        Route(.GET, "/v1/audit/events", action: .auditSearch, query: filterParameters.union(pageParameters)) {
            exchange throws(Problem) in
            try exchange.searchEvents()
        },
        Route(.GET, "/v1/audit/export", action: .auditExport, query: filterParameters.union(["evidence"])) {
            exchange throws(Problem) in
            try exchange.exportEvents()
        },
    ]

    fileprivate static let pageParameters: Set<String> = ["after", "limit", "newest", "wait"]
    private static let filterParameters = EventFilter.Condition.fields.union(["since", "until"])
}

extension Exchange {
    private static let defaultPage = 100
    private static let maximumPage = 1000
    /// Events that one search looks at before it answers with what it has: bounds the time of an answer.
    private static let searchBudget = 200_000

    fileprivate func searchEvents() throws(Problem) -> Work {
        let filter = try filter()
        let limit = try number("limit", in: 1...Int64(Self.maximumPage)) ?? Int64(Self.defaultPage)
        let newestFirst = try flag("newest")
        let wait = try number("wait", in: 0...55) ?? 0
        let after = try number("after", in: 0...Int64.max)
        let search = Search(
            vault: vault,
            filter: filter,
            limit: Int(limit),
            budget: Self.searchBudget,
            newestFirst: newestFirst
        )
        if wait > 0, let after, vault.tails.goesOn(filter, after: UInt64(after), for: caller, at: vault.clock.now()) {
            // A tail that goes on where it was is the reading that was recorded when it began: an event for each look
            // would make the next look find something, for ever.
            return .wait { finish in
                vault.whenEventsFollow(UInt64(after), seconds: wait) {
                    context.slowWork {
                        // Whoever lost the role while waiting reads nothing more.
                        let outcome: Work.Outcome =
                            if let refusal = reasonNotToRead() { .failure(refusal) } else {
                                search.page(after: UInt64(after)).map(Exchange.answer)
                            }
                        finish { outcome }
                    }
                }
            }
        }
        return .slow { finish in
            vault.submit(Log.search(filter, by: caller)) { outcome in
                switch outcome {
                case .failure(let refusal): finish { .failure(refusal) }
                case .success(let last):
                    let start = after.map(UInt64.init) ?? (newestFirst ? last + 1 : 0)
                    vault.tails.begin(filter, after: newestFirst ? last : start, for: caller, at: vault.clock.now())
                    context.slowWork {
                        // Not in the closure, which runs on the event loop: it is everybody's.
                        let outcome = search.page(after: start).map(Exchange.answer)
                        finish { outcome }
                    }
                }
            }
        }
    }

    private func reasonNotToRead() -> Refusal? {
        guard let state = vault.state else { return .sealed }
        guard let uid = caller.peer?.uid, let person = state.operators[uid] else { return .notAnOperator }
        return person.roles.contains(.auditor) ? nil : .roleMissing
    }

    fileprivate func exportEvents() throws(Problem) -> Work {
        let filter = try filter()
        if try flag("evidence") {
            let reader = EvidenceReader(vault: vault, filter: filter)
            return export(filter, start: { reader.start(through: $0) }, next: { reader.next() })
        }
        let reader = ExportReader(vault: vault, filter: filter)
        return export(filter, start: { reader.start(through: $0) }, next: { reader.next() })
    }

    /// `start` gets the number of the event that records the export.
    private func export(
        _ filter: EventFilter,
        start: @escaping @Sendable (UInt64) -> Void,
        next: @escaping @Sendable () -> [UInt8]?
    ) -> Work {
        let (vault, caller) = (vault, caller)
        return .stream(
            .jsonLines,
            permission: { done in
                vault.submit(Log.export(filter, by: caller)) { outcome in
                    switch outcome {
                    case .success(let last):
                        start(last)
                        done(nil)
                    case .failure(let refusal): done(refusal)
                    }
                }
            },
            next: next
        )
    }

    private static func answer(_ page: Log.Page) -> Answer {
        var json = JSONBuffer(capacity: page.events.reduce(128) { $0 + ($1.canonical?.count ?? 128) + 1 })
        json.beginObject()
        json.key("events")
        json.beginArray()
        for event in page.events { json.raw(event.line) }
        json.endArray()
        json.field("scanned_to", page.scannedTo)
        json.field("complete", page.isComplete)
        if let pruned = page.pruned {
            json.field("pruned_through", pruned.through)
            json.field("pruned_before", pruned.before.description)
        }
        json.endObject()
        return Answer(.ok, body: json.bytes)
    }

    // MARK: Parameters

    /// Everything in the query that does not say which page.
    private func filter() throws(Problem) -> EventFilter {
        var filter = EventFilter()
        filter.since = try Exchange.moment(target.parameter("since"), what: "since")
        filter.until = try Exchange.moment(target.parameter("until"), what: "until")
        if let since = filter.since, let until = filter.until, until < since {
            throw .invalid("until comes before since.")
        }
        for (name, value) in target.query {
            guard let condition = EventFilter.Condition(field: name, value: value) else { continue }
            guard value.utf8.count <= 512 else { throw .invalid("A value to look for is at most 512 bytes.") }
            filter.conditions.append(condition)
        }
        return filter
    }

    /// A number of the query; `nil` where it is not there.
    func number(_ name: String, in range: ClosedRange<Int64>) throws(Problem) -> Int64? {
        guard let text = try target.parameter(name) else { return nil }
        guard let number = Int64(text), range.contains(number) else {
            throw .invalid("\(name) is a number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    private func flag(_ name: String) throws(Problem) -> Bool {
        switch try target.parameter(name) {
        case nil, "false": false
        case "true": true
        default: throw .invalid("\(name) is true or false.")
        }
    }
}

/// One look through the log.
private struct Search: Sendable {
    let vault: Vault
    let filter: EventFilter
    let limit: Int
    let budget: Int
    let newestFirst: Bool

    func page(after: UInt64) -> Result<Log.Page, Refusal> {
        Result { () throws(Refusal) in
            try vault.events(matching: filter, after: after, limit: limit, budget: budget, newestFirst: newestFirst)
        }
    }
}
