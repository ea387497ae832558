//! What an assistant sees through `vigie mcp`, by the official client for Python.

use crate::{Vigie, harness, python::python, run};
use serde_json::Value;

const CLIENT: &str = r#"
import asyncio, json, sys
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

program, folder = sys.argv[1:]

async def main():
    server = StdioServerParameters(command=program, args=["--data", folder + "/data", "mcp"], cwd=folder)
    told = {}
    async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
        await session.initialize()
        told["tools"] = [tool.name for tool in (await session.list_tools()).tools]
        for name, arguments in [
            ("search_logs", {"query": "logger:vigie OR source:*", "limit": 5}),
            ("list_jobs", {}),
            ("show_job", {"job": "nothing"}),
            ("list_issues", {"text": "x"}),
            ("job_log", {"job": "last", "erase": True}),
            ("diagnose", {"what": "it stopped"}),
        ]:
            answer = await session.call_tool(name, arguments)
            dumped = answer.model_dump(by_alias=True)
            told[name] = [dumped.get("isError"), answer.content[0].text]
    print(json.dumps(told))

asyncio.run(main())
"#;

#[test]
fn an_assistant_reads_and_is_told_what_it_asks_wrongly() {
    let Some(mut python) = python("mcp") else { return };
    let vigie = Vigie::start();
    python.args(["-c", CLIENT]).arg(harness::program()).arg(vigie.folder.path());
    let told: Value = serde_json::from_str(&run(&mut python)).expect("the client prints JSON");
    let tools: Vec<&str> = told["tools"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(tools.contains(&"search_logs") && tools.contains(&"diagnose"), "{tools:?}");
    let answer = |name: &str| (told[name][0].as_bool(), told[name][1].as_str().unwrap_or_default());
    for name in ["search_logs", "list_jobs", "list_issues"] {
        let (is_error, text) = answer(name);
        assert_eq!(is_error, Some(false), "{name}: {text}");
        assert!(serde_json::from_str::<Value>(text).is_ok_and(|json| json["rows"].is_array()), "{name}: {text}");
    }
    for (name, said) in [("show_job", "nothing"), ("job_log", "takes no argument erase"), ("diagnose", "gives no time")]
    {
        let (is_error, text) = answer(name);
        assert!(is_error == Some(true) && text.contains(said), "{name}: {text}");
    }
}
