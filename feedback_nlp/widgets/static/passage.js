function r({model:e,el:t}){let n=()=>{t.innerHTML=e.get("html")};return e.on("change:html",n),n(),e.send({kind:"ready"}),()=>e.off("change:html",n)}var o={render:r};export{o as default};
