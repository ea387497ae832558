// The page begins a job and shows it; after a reload in the middle, the gauge goes on, with the same callbacks.
const button = document.getElementById("envoyer");
const options = {
  title: "Envoi des factures par email",
  icon: "📧",
  onComplete: () => { button.disabled = false; document.title = "Terminé"; },
  onError: () => { button.disabled = false; document.title = "Échoué"; },
};

function show(jobId) {
  button.disabled = true;
  document.querySelector("vigie-progress").setAttribute("job", jobId);
}

button.addEventListener("click", async () => {
  button.disabled = true;
  // Your view chooses the id, hands the work to a task, and answers at once: the gauge waits for the task to begin.
  const answer = await fetch("/envoyer/", { method: "POST" });
  const { job_id: jobId } = await answer.json();
  show(jobId);
  new ProgressPolling("jauge", jobId, options);
});

const resumed = ProgressPolling.resume("jauge", options);
if (resumed) show(resumed.jobId);
