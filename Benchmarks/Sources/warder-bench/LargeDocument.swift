/// An OpenAPI document as long as the longest that are published: 1,100 operations in 5 MB.
enum LargeDocument {
    static let operations = 1100
    /// So many schemas refer to one another in a circle. A tool shows all of them, and the vault takes 32 MiB of tools at
    /// once: with circles of eight they would not fit.
    private static let circle = 5
    private static let verbs = [("get", "list"), ("post", "create"), ("put", "replace"), ("delete", "delete")]
    private static let words =
        "A value that the service keeps for its owner; it is checked, and what does not fit is refused. "

    static let json: String = {
        let paths = (0..<operations / verbs.count).map { number in
            let methods = verbs.map { operation($0.0, $0.1, number) }.joined(separator: ",")
            return #""/area\#(number % 37)/things\#(number)/{id}":{\#(methods)}"#
        }
        return #"{"openapi":"3.0.3","info":{"title":"Large","version":"1"},"paths":{\#(paths.joined(separator: ","))},"#
            + #""components":{"schemas":{\#((0..<200).map(schema).joined(separator: ","))}}}"#
    }()

    private static func operation(_ method: String, _ verb: String, _ number: Int) -> String {
        let parameters = (0..<12).map { index in
            #"{"name":"field\#(index)","in":"query","description":"\#(words)","schema":{"type":"string","maxLength":\#(index + 8)}}"#
        }
        let body =
            method == "get" || method == "delete"
            ? "" : #""requestBody":{"content":{"application/json":{"schema":\#(reference(number))}}},"#
        return #""\#(method)":{"operationId":"\#(verb)_thing\#(number)","summary":"\#(verb.capitalised)s a thing.","#
            + #""description":"\#(String(repeating: words, count: 12))","parameters":[\#(parameters.joined(separator: ","))],\#(body)"#
            + #""responses":{"200":{"description":"Done.","content":{"application/json":{"schema":\#(reference(number + 1))}}}}}"#
    }

    private static func reference(_ number: Int) -> String {
        ##"{"$ref":"#/components/schemas/Thing\##(number % 200)"}"##
    }

    private static func schema(_ number: Int) -> String {
        let properties = (0..<16).map { #""part\#($0)":{"type":"string","description":"\#(words)"}"# }
        let next = #""next":\#(reference(number / circle * circle + (number + 1) % circle))"#
        return #""Thing\#(number)":{"type":"object","properties":{\#((properties + [next]).joined(separator: ","))}}"#
    }
}

extension String {
    fileprivate var capitalised: String { prefix(1).uppercased() + dropFirst() }
}
