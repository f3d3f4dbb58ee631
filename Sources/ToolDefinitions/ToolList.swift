import StrictJSON
import WarderModel

/// The tools of one server, from the answers to `tools/list`.
///
/// Both eras of the protocol: the `resultType` of 2026-07-28 may be there or not, and what that version adds to lists
/// (`ttlMs`, `cacheScope`) says nothing about tools.
package struct ToolList: Hashable, Sendable {
    /// In the server's order.
    package let tools: [ToolDefinition]
    /// Where the next page begins; `nil` at the end. Opaque, and chosen by the server.
    package let nextCursor: String?

    /// Reads one page: a whole JSON-RPC answer, or the `result` alone.
    ///
    /// - Throws: ``ToolListError``, which never quotes the page.
    package init(parsing bytes: consuming [UInt8]) throws(ToolListError) {
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: bytes, limits: ToolLimits.page)
        } catch {
            throw .notJSON(error)
        }
        let result = try Self.result(in: document.root)
        guard let list = result.member("tools"), list.kind == .array else { throw .notAList }
        var tools: [ToolDefinition] = []
        for node in list.elements {
            guard tools.count < ToolLimits.tools else { throw .tooManyTools(limit: ToolLimits.tools) }
            do throws(ToolDefinitionError) {
                tools.append(try ToolDefinition(reading: node))
            } catch {
                throw .tool(tools.count + 1, error)
            }
        }
        try Self.checkNames(of: tools)
        self.tools = tools
        nextCursor = try Self.cursor(in: result)
    }

    private init(tools: [ToolDefinition]) {
        self.tools = tools
        nextCursor = nil
    }

    /// All pages of one list, in their order, as one.
    ///
    /// - Throws: ``ToolListError`` when a page is missing at the end, a name is there twice, or there are too many.
    package static func joining(_ pages: [ToolList]) throws(ToolListError) -> ToolList {
        guard pages.last?.nextCursor == nil else { throw .pageMissing }
        let tools = pages.flatMap(\.tools)
        guard tools.count <= ToolLimits.tools else { throw .tooManyTools(limit: ToolLimits.tools) }
        try checkNames(of: tools)
        return ToolList(tools: tools)
    }

    private static func result(in root: JSONNode) throws(ToolListError) -> JSONNode {
        guard root.kind == .object else { throw .notAList }
        var result = root
        if root.member("jsonrpc") != nil {
            guard root.member("error") == nil else { throw .serverError }
            guard let inner = root.member("result"), inner.kind == .object else { throw .notAList }
            result = inner
        }
        if let type = result.member("resultType"), !type.isText("complete") { throw .notComplete }
        return result
    }

    private static func cursor(in result: JSONNode) throws(ToolListError) -> String? {
        guard let node = result.member("nextCursor"), !node.isNull else { return nil }
        let cursor: String
        do throws(JSONError) {
            cursor = try node.string(allowingNUL: true)
        } catch {
            throw .badCursor
        }
        guard (1...ToolLimits.cursor).contains(cursor.utf8.count) else { throw .badCursor }
        return cursor
    }

    private static func checkNames(of tools: [ToolDefinition]) throws(ToolListError) {
        var seen: Set<ToolName> = []
        for (index, tool) in tools.enumerated() where !seen.insert(tool.name).inserted {
            throw .repeatedName(index + 1)
        }
    }
}
