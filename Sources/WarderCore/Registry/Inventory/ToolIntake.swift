import HashTreeCollections
import WarderModel

/// One import at work: holds a list against what the vault has of a server.
struct ToolIntake {
    let server: ServerName
    let pin: Tool.Pin
    let person: OperatorName
    private(set) var lines: [ImportedTools.Line] = []
    private(set) var unchanged = 0
    /// Tools that get nothing any more.
    private(set) var blocked: Set<ToolID> = []

    init(server: ServerName, pin: Tool.Pin, person: OperatorName) {
        self.server = server
        self.pin = pin
        self.person = person
    }

    mutating func take(
        _ offered: OfferedTool,
        _ transaction: inout Transaction,
        after event: Event
    ) throws(Refusal) {
        let name = ToolID(server: server, tool: offered.name)
        let form = offered.form(seen: transaction.now.wall)
        guard let tool = transaction.state.tools[name] else {
            return try add(name, form, &transaction, after: event)
        }
        if tool.definitionDigest == nil {
            try define(tool, form, &transaction, after: event)
        } else if tool.definitionDigest == form.digest {
            try confirm(tool, form, &transaction, after: event)
        } else {
            try notice(tool, form, &transaction, after: event)
        }
    }

    /// Marks those that the list does not have, and of which an earlier one said something.
    mutating func markGone(
        besides names: Set<ToolName>,
        _ transaction: inout Transaction,
        after event: Event
    ) throws(Refusal) {
        for var tool in transaction.state.tools(of: server)
        where tool.gone == nil && tool.definitionDigest != nil && tool.name.tool != .launch
            && !names.contains(tool.name.tool)
        {
            tool.gone = transaction.now.wall
            try put(tool, as: .gone, action: .toolImport, &transaction, after: event)
        }
    }

    // MARK: One tool

    private mutating func add(
        _ name: ToolID,
        _ form: Definition.Form,
        _ transaction: inout Transaction,
        after event: Event
    ) throws(Refusal) {
        var tool = Tool(
            id: transaction.keys.newRecordID(),
            name: name,
            text: form.text,
            risk: form.proposal.risk,
            category: form.proposal.category,
            owner: nil,
            definitionDigest: form.digest,
            created: transaction.now.wall
        )
        tool.pin = pin
        tool.acceptance = Tool.Decision(by: person, at: transaction.now.wall, reason: nil)
        try put(tool, form, as: .added, action: .toolAdd, &transaction, after: event)
    }

    /// The first definition of a tool that somebody registered by hand, whose class is their word and stays.
    private mutating func define(
        _ tool: Tool,
        _ form: Definition.Form,
        _ transaction: inout Transaction,
        after event: Event
    ) throws(Refusal) {
        var tool = tool
        tool.definitionDigest = form.digest
        tool.pin = pin
        tool.acceptance = Tool.Decision(by: person, at: transaction.now.wall, reason: nil)
        tool.text = tool.text ?? form.text
        try put(tool, form, as: .defined, action: .toolImport, &transaction, after: event)
    }

    /// The accepted definition. The vault may have had its digest alone, or have seen another one meanwhile.
    private mutating func confirm(
        _ tool: Tool,
        _ form: Definition.Form,
        _ transaction: inout Transaction,
        after event: Event
    ) throws(Refusal) {
        var tool = tool
        let hasText = transaction.state.definitions[tool.name]?.accepted?.digest == form.digest
        let isBack = tool.offer != nil || tool.gone != nil
        guard isBack || !hasText else {
            unchanged += 1
            return
        }
        (tool.offer, tool.gone) = (nil, nil)
        tool.text = tool.text ?? form.text
        try put(tool, form, as: isBack ? .returned : .defined, action: .toolImport, &transaction, after: event)
    }

    /// Another definition than the accepted one.
    private mutating func notice(
        _ tool: Tool,
        _ form: Definition.Form,
        _ transaction: inout Transaction,
        after event: Event
    ) throws(Refusal) {
        var tool = tool
        let kept = transaction.state.definitions[tool.name]
        if tool.offer?.digest == form.digest, kept?.offered?.digest == form.digest {
            lines.append(ImportedTools.Line(tool: tool, outcome: .waiting))
            return
        }
        tool.offer = Tool.Offer(digest: form.digest, since: transaction.now.wall)
        tool.gone = nil
        blocked.insert(tool.name)
        var definition = kept ?? Definition(id: transaction.keys.newRecordID(), tool: tool.name)
        definition.offered = form
        try put(tool, definition, as: .changed, action: .toolChange, &transaction, after: event)
    }

    // MARK: Writing down

    private mutating func put(
        _ tool: Tool,
        _ form: Definition.Form,
        as outcome: ImportedTools.Outcome,
        action: Action,
        _ transaction: inout Transaction,
        after event: Event
    ) throws(Refusal) {
        var definition =
            transaction.state.definitions[tool.name]
            ?? Definition(id: transaction.keys.newRecordID(), tool: tool.name)
        definition.accepted = form
        definition.offered = nil
        try put(tool, definition, as: outcome, action: action, &transaction, after: event)
    }

    private mutating func put(
        _ tool: Tool,
        _ definition: Definition? = nil,
        as outcome: ImportedTools.Outcome,
        action: Action,
        _ transaction: inout Transaction,
        after event: Event
    ) throws(Refusal) {
        let before = transaction.state.tools[tool.name]
        var own = event.alike(action, about: tool.name)
        own.toolDigest = tool.offer?.digest ?? tool.definitionDigest
        try transaction.put(tool, &own)
        if let definition { try transaction.put(definition, &own) }
        own.changes += ["outcome=\(outcome.rawValue)"] + tool.classTexts + tool.digestTexts(before: before)
        transaction.record(own)
        lines.append(ImportedTools.Line(tool: tool, outcome: outcome))
    }
}

extension Event {
    /// Another event of the same request.
    func alike(_ action: Action) -> Event {
        var event = Event(action: action, time: time, actor: actor)
        event.requestID = requestID
        event.traceID = traceID
        event.purpose = purpose
        return event
    }

    /// Another event of the same request, about one tool.
    func alike(_ action: Action, about tool: ToolID) -> Event {
        var event = alike(action)
        Tools.describe(tool, &event)
        return event
    }
}
