// A webhook receiver to try Herald with: prints one line per notification. node examples/receiver.mjs [PORT]
import { createServer } from 'node:http';

const port = Number(process.argv[2] ?? 9000);

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    response.end();
    const text = Buffer.concat(chunks).toString();
    try {
      const { status, alerts, groupLabels } = JSON.parse(text);
      console.log(
        `${status} ${JSON.stringify(groupLabels)} ${alerts.length} alert(s) webhook-id=${request.headers['webhook-id']}`,
      );
    } catch {
      console.log(`not a notification: ${text.slice(0, 200)}`);
    }
  });
}).listen(port, '127.0.0.1', () => console.log(`waiting for notifications on http://127.0.0.1:${port}/hook`));
